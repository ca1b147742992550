"""A real Slurm of one node on 127.0.0.1, in a temporary folder, started and stopped by the tests.

Its daemons are Debian's: ``apt-get install slurm-wlm slurmdbd munge mariadb-server``. Memory is
watched by Slurm's accounting, because containers rarely give a test its own control groups.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

NODE = "node"
CPUS = 2
MEMORY_MB = 8000  # what Slurm may give away; not what the machine has
PROGRAMS = ("munged", "mariadbd", "mariadb-install-db", "slurmdbd", "slurmctld", "slurmd")
BEHIND_ROOT = "/usr/sbin"

SLURM = """
ClusterName=tests
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CryptoType=crypto/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
MailProg=/bin/true
ReturnToService=2
GresTypes=gpu
AccountingStorageTRES=gres/gpu
SchedulerParameters=sched_interval=1,sched_min_interval=0,batch_sched_delay=0
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
KillWait=2
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort={accounting}
AccountingStoragePass={folder}/munge.socket
AccountingStorageEnforce=limits
SlurmdParameters=config_overrides
NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={worker} CPUs={cpus} \
RealMemory={memory} Gres=gpu:1 State=UNKNOWN
PartitionName=short Nodes={node} Default=YES DefMemPerCPU=500 MaxTime=1440 State=UP
"""
# Elsewhere, the configuration has its usual place; the plugin takes this variable from its steps.
STEP = """#!/bin/sh
SLURM_CONF={folder}/slurm.conf exec {srun} "$@"
"""
ACCOUNTING = """
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
DbdHost={host}
DbdAddr=127.0.0.1
DbdPort={accounting}
SlurmUser=root
LogFile={folder}/slurmdbd.log
PidFile={folder}/slurmdbd.pid
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort={database}
StorageUser=slurm
StoragePass=of-this-test-only
StorageLoc=slurm
"""
DATABASE = """
CREATE DATABASE slurm;
CREATE USER 'slurm'@'%' IDENTIFIED BY 'of-this-test-only';
GRANT ALL ON slurm.* TO 'slurm'@'%';
"""


def free_ports(count: int) -> list[int]:
    """Find ports of 127.0.0.1 that nobody uses."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def program(name: str) -> str | None:
    """Find a program that may lie behind what only root has in its path."""
    return shutil.which(name, path=os.pathsep.join([os.environ["PATH"], BEHIND_ROOT]))


@dataclass
class Slurm:
    """A running Slurm: its folder, its daemons, and the environment that reaches it."""

    folder: Path
    daemons: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        path = os.pathsep.join([f"{self.folder}/bin", os.environ["PATH"], BEHIND_ROOT])
        return {**os.environ, "SLURM_CONF": str(self.folder / "slurm.conf"), "PATH": path}

    def start(self) -> None:
        """Start all daemons, each when the one that it needs answers."""
        names = ("controller", "worker", "accounting", "database")
        ports = dict(zip(names, free_ports(len(names)), strict=True))
        about = {"folder": self.folder, "host": socket.gethostname().split(".")[0], **ports}
        about |= {"node": NODE, "cpus": CPUS, "memory": MEMORY_MB}
        for folder in ("state", "spool", "database"):
            (self.folder / folder).mkdir()
        self._write("slurm.conf", SLURM.format(**about))
        self._write("gres.conf", "Name=gpu File=/dev/null\n")
        (self.folder / "bin").mkdir()
        self._write("bin/srun", STEP.format(srun=program("srun"), **about))
        self._write("slurmdbd.conf", ACCOUNTING.format(**about))
        self._write("database.sql", DATABASE)
        (self.folder / "munge.key").write_bytes(os.urandom(1024))
        (self.folder / "munge.key").chmod(0o600)
        self._daemon(
            "munged",
            "--foreground",
            "--force",
            f"--socket={self.folder}/munge.socket",
            f"--key-file={self.folder}/munge.key",
            f"--pid-file={self.folder}/munged.pid",
            f"--log-file={self.folder}/munged.log",
            f"--seed-file={self.folder}/munge.seed",
        )
        database = ["--no-defaults", "--user=root", f"--datadir={self.folder}/database"]
        self._call("mariadb-install-db", *database, "--skip-test-db")
        self._daemon(
            "mariadbd",
            *database,
            f"--socket={self.folder}/database.socket",
            f"--pid-file={self.folder}/database.pid",
            "--bind-address=127.0.0.1",
            f"--port={ports['database']}",
            "--skip-name-resolve",
            "--innodb-buffer-pool-size=64M",
            f"--init-file={self.folder}/database.sql",
        )
        self.until(lambda: _answers(ports["database"]), "the database answers")
        self._daemon("slurmdbd", "-D")
        self.until(lambda: _answers(ports["accounting"]), "slurmdbd answers")
        self._call("sacctmgr", "-i", "add", "cluster", "tests")
        self._call("sacctmgr", "-i", "add", "account", "lab")
        self._call("sacctmgr", "-i", "add", "user", "root", "account=lab")
        self._daemon("slurmctld", "-D", "-c")
        self._daemon("slurmd", "-D", "-N", NODE)
        self.until(lambda: self.state() == "idle", "the node is idle")

    def stop(self) -> None:
        """Stop what was started, by process id, the last first."""
        for daemon in reversed(self.daemons):
            daemon.terminate()
            try:
                daemon.wait(20)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()

    def ask(self, *command: str) -> str:
        """Call one of Slurm's own commands."""
        return self._call(*command).strip()

    def state(self) -> str:
        """Return what the node is doing."""
        return self.ask("sinfo", "--noheader", "--format=%T").rstrip("*")

    def waiting(self) -> dict[str, str]:
        """Return state and reason of each job that has not ended, by its number."""
        lines = self.ask("squeue", "--noheader", "--format=%A %T %r").splitlines()
        return dict(line.split(" ", 1) for line in lines)

    def running(self) -> list[str]:
        """Return the numbers of the jobs that run."""
        return [job for job, state in self.waiting().items() if state.startswith("RUNNING")]

    def ended(self, after: int = 0) -> list[dict[str, str]]:
        """Return what the accounting knows of the jobs beyond a number, in their order."""
        names = ["JobIDRaw", "State", "ReqMem", "AllocTRES"]
        lines = self.ask("sacct", "-X", "-n", "-P", f"--format={','.join(names)}").splitlines()
        found = [dict(zip(names, line.split("|"), strict=True)) for line in lines]
        return [job for job in found if int(job["JobIDRaw"]) > after]

    def last(self) -> int:
        """Return the number of the last job so far."""
        return max((int(job["JobIDRaw"]) for job in self.ended()), default=0)

    def until(self, holds: Callable[[], bool], what: str, seconds: float = 180) -> None:
        """Wait until something holds."""
        end = time.monotonic() + seconds
        while not holds():
            ended = [each.args for each in self.daemons if each.poll() is not None]
            assert not ended, f"{ended}: {self.logs()}"
            assert time.monotonic() < end, f"{what}: not after {seconds} s\n{self.logs()}"
            time.sleep(0.2)

    def logs(self) -> str:
        """Return the ends of the daemons' logs."""
        found = sorted(self.folder.glob("*.log")) + sorted(self.folder.glob("*.out"))
        return "\n".join(f"{log.name}: {log.read_text(errors='replace')[-1500:]}" for log in found)

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.write_text(text)
        path.chmod({"slurmdbd.conf": 0o600, "srun": 0o755}.get(path.name, 0o644))

    def _call(self, name: str, *arguments: str) -> str:
        ended = subprocess.run(
            [program(name) or name, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr + self.logs()
        return ended.stdout

    def _daemon(self, name: str, *arguments: str) -> None:
        with open(self.folder / f"{name}.out", "wb") as output:
            self.daemons.append(
                subprocess.Popen(
                    [program(name) or name, *arguments],
                    env=self.environment,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                )
            )


def _answers(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="session")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slurm]:
    """Start Slurm once for all tests of it; in CI it must be there."""
    missing = [name for name in PROGRAMS if program(name) is None]
    if not os.environ.get("CI"):
        if missing:
            pytest.skip(f"{', '.join(missing)} not installed: apt-get install slurm-wlm slurmdbd …")
        if os.geteuid() != 0:
            pytest.skip("Slurm's daemons are started by root only")
    running = Slurm(tmp_path_factory.mktemp("slurm"))
    try:
        running.start()
        yield running
    finally:
        running.stop()
