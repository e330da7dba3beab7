"""Transcribe a recording and print its text: python3 transcribe.py https://example.com/episode.mp3 [language]"""

import json
import subprocess
import sys

TEMPORARY = 75  # the same may succeed later or elsewhere; all exit codes: relayq errors


class JobFailed(Exception):
    def __init__(self, message, temporary):
        super().__init__(message)
        self.temporary = temporary


def relayq(*args):
    """Run relayq; what it says to people goes to our stderr."""
    return subprocess.run(["relayq", *args], stdout=subprocess.PIPE, text=True)


def transcribe(url, language=""):
    """Return the text and what is known of the work. The same recording is the same job, however often this is called."""
    submitted = relayq("submit", "transcribe", f"url={url}", f"language={language}", "--json", "id")
    if submitted.returncode != 0:
        raise JobFailed("it could not be submitted", submitted.returncode == TEMPORARY)
    job = json.loads(submitted.stdout)["id"]
    waited = relayq("wait", job, "--json", "state,reason,runner")
    if waited.returncode != 0:
        raise JobFailed(json.loads(waited.stdout)["reason"], waited.returncode == TEMPORARY)
    result = json.loads(relayq("result", job, "--json").stdout)
    text = relayq("result", job, "--format", "txt").stdout
    return text, {"runner": result["runner"]["name"], "engine": result["engine"]["name"]}


if __name__ == "__main__":
    try:
        text, facts = transcribe(*sys.argv[1:3])
    except JobFailed as failure:
        sys.exit(f"{'try again later' if failure.temporary else 'failed'}: {failure}")
    print(text)
    print(f"heard by {facts['engine']} on {facts['runner']}", file=sys.stderr)
