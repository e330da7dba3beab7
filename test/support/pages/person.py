"""person.py ANSWERS COMMAND...: runs a command at a terminal of its own, and answers what it asks; ends as it ends.

ANSWERS is JSON: a piece of a question, and what is typed at it each time.
"""

import json
import os
import pty
import sys

answers = json.loads(sys.argv[1])
asked = ""


def read(terminal):
    global asked
    said = os.read(terminal, 4096)
    asked += said.decode(errors="replace")
    for question, texts in answers.items():
        if question in asked:
            asked = ""
            os.write(terminal, (texts.pop(0) if len(texts) > 1 else texts[0]).encode())
    return said


sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[2:], read)))
