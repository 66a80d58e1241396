#!/bin/sh
. /usr/lib/check_login.sh
eval "$QUERY_STRING"
