"""What commands read and print alike: the workspace, the machine, text that a terminal may show."""
