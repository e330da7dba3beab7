#!/bin/sh
# transcribe-folder.sh FOLDER: submits every mp3 of a folder, waits for all, and saves each one's subtitles beside it.
# Run again, it finds the jobs it submitted before: the same file is the same job. Ends with 1 when one failed.
set -eu
folder=$1
status=0
jobs=$(mktemp)
trap 'rm -f "$jobs"' EXIT

for file in "$folder"/*.mp3; do
  job=$(relayq submit transcribe "$file" --batch "$folder")
  printf '%s %s\n' "$job" "$file" >> "$jobs"
done

while read -r job file; do
  if relayq wait "$job" > /dev/null; then
    relayq result "$job" --format srt --output "${file%.mp3}.srt"
  else
    status=1
  fi
done < "$jobs"
exit $status
