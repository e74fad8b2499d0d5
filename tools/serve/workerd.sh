#!/bin/sh
# Starts the runtime for tools/serve/runtime.ts. It would listen on a port of this machine for tools of its own, which anybody
# here could use to read the stores: it gets a socket in the data folder instead, which only the owner of the folder can enter.
count=$#
for word; do
  case $word in --socket-addr=entry=*) word=--socket-addr=entry=unix:tmp/tools ;; esac
  set -- "$@" "$word"
done
shift "$count"
exec "$SEALDROP_WORKERD" "$@"
