@echo off
rem Double-click to open GAL Studio in a window of its own; the first start installs it.
title GAL Studio
cd /d "%~dp0.."
where py >nul 2>nul
if not errorlevel 1 (
  py -3 launch.py --desktop %*
) else (
  python launch.py --desktop %*
)
if errorlevel 1 pause
