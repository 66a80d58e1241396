#!/bin/sh
echo; echo restarting
reboot
