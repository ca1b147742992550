#!/bin/sh
# Says of a Slurm job, by its number, whether it is running, a success, or failed.
# The accounting forgets nothing, but learns of a job late; the controller forgets after minutes.
state=$(sacct --noheader --allocations --parsable2 --format=State --jobs="$1" 2>/dev/null | head -n 1)
[ -n "$state" ] || state=$(squeue --noheader --states=all --format=%T --jobs="$1" 2>/dev/null)
case "$state" in
  COMPLETED) echo success ;;
  "" | PENDING | CONFIGURING | RUNNING | COMPLETING | SUSPENDED | REQUEUED | RESIZING) echo running ;;
  *) echo failed ;;
esac
