#!/usr/bin/env bash
# Ends the Ceph of up.sh, by the process ids that it wrote, and removes its folder: down.sh FOLDER.
folder=$(realpath -m "$1")
for file in "$folder"/run/*.pid; do [ -f "$file" ] && kill "$(cat "$file")" 2>/dev/null; done
for _ in $(seq 40); do
  alive=0
  for file in "$folder"/run/*.pid; do [ -f "$file" ] && kill -0 "$(cat "$file")" 2>/dev/null && alive=1; done
  [ "$alive" = 0 ] && break
  sleep 0.25
done
for file in "$folder"/run/*.pid; do [ -f "$file" ] && kill -9 "$(cat "$file")" 2>/dev/null; done
rm -rf "$folder"
