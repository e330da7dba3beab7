"""Start a transcription through bin/dispatch.sh: python3 dispatch.py https://example.com/episode.mp3"""

import subprocess
import sys
from pathlib import Path

RELAYQ = Path(__file__).resolve().parents[2]


def submit_transcription(audio_url, backend="local"):
    """Start the workflow and return the address of its run; every call starts another run."""
    cmd = [
        f"{RELAYQ}/bin/dispatch.sh",
        ".github/workflows/transcribe_audio.yml",
        f"url={audio_url}",
        f"backend={backend}",
    ]
    result = subprocess.run(cmd, capture_output=True, text=True)
    if result.returncode != 0:
        raise Exception(f"Job submission failed: {result.stderr}")
    return result.stdout.strip()


if __name__ == "__main__":
    print(f"Job submitted: {submit_transcription(sys.argv[1])}")
