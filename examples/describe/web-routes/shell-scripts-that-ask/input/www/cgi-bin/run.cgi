#!/bin/sh
if [ "$HTTP_COOKIE" != "sid=$(cat /tmp/sid)" ]; then exit 1; fi
eval "$QUERY_STRING"
