#!/bin/sh
# new-episodes.sh FEED...: submits the newest episodes of podcast feeds and prints the ids of their jobs. None is done twice,
# however often this runs: the same address is the same job. In the crontab of the VM, every hour:
#
#   PATH=/home/ubuntu/relayq:/usr/local/bin:/usr/bin:/bin
#   17 * * * * /home/ubuntu/relayq/examples/cron/new-episodes.sh https://example.com/feed.xml >> episodes.log 2>&1
#
# Nobody need wait for them: relayq supervise keeps them moving, and with RELAYQ_DELIVER_FOLDER a machine files every result.
set -eu
newest=${NEWEST:-5}
status=0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# The addresses of a feed's recordings, in its order: newest first.
episodes() {
  tr '\n' ' ' < "$1" | grep -o '<enclosure [^>]*>' | sed 's/.* url=["'\'']\([^"'\'']*\).*/\1/; s/&amp;/\&/g' | head -n "$newest"
}

# A feed or an episode that cannot be had does not keep the others from their turn.
for feed in "$@"; do
  if ! curl -fsSL --max-time 60 -o "$folder/feed.xml" "$feed"; then
    status=1
    continue
  fi
  episodes "$folder/feed.xml" > "$folder/episodes"
  while read -r address; do
    relayq submit transcribe "url=$address" --batch "$feed" || status=1
  done < "$folder/episodes"
done
exit $status
