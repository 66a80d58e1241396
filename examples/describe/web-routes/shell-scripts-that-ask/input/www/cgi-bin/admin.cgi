#!/bin/sh
eval "$QUERY_STRING"
