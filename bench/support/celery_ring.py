"""The same work as that of the other contenders of bench/legacy.ts: a shell that rings a bell. Only that benchmark starts it."""

import os
import subprocess

from celery import Celery

app = Celery("bench", broker=os.environ["BENCH_REDIS_URL"])
app.conf.update(
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    task_acks_late=True,
    worker_prefetch_multiplier=1,
)


@app.task(name="bench.ring")
def ring(script):
    subprocess.run([script], check=True)
