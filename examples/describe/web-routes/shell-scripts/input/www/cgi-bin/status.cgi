#!/bin/sh
echo; uptime; ifconfig $QUERY_STRING
