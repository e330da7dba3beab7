#!/bin/sh
# Makes the recordings beside this script from their texts: speech by flite, mp3 by ffmpeg. Rerunnable.
#   apt-get install flite ffmpeg
# The voices are those of 16 kHz; flite's default voice (kal, 8 kHz) is not understood by any recogniser.
set -eu
cd "$(dirname "$0")"

record() { # NAME VOICE: reads NAME.txt aloud into NAME.mp3
  flite -voice "$2" -f "$1.txt" -o "$1.wav"
  ffmpeg -nostdin -v error -y -i "$1.wav" -map_metadata -1 -ac 1 -ar 16000 -b:a 40k "$1.mp3"
  rm "$1.wav"
}

record market awb
record journey slt
record river awb
record meeting rms
