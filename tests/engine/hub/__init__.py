"""Tests of the hub: a server on this computer speaks what the real library asks for."""
