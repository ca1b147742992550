"""The plugin keeps Snakemake's own contract for loggers."""

import os
from typing import Any

import pytest
from snakemake_interface_logger_plugins.registry import LoggerPluginRegistry
from snakemake_interface_logger_plugins.tests import TestLogHandlerBase

import snakemake_logger_plugin_thresher as plugin
from thresher import progress


@pytest.fixture(autouse=True)
def _its_environment_ends_with_the_test(monkeypatch):
    monkeypatch.setenv(progress.FOLDER, "")


class TestOfSnakemake(TestLogHandlerBase):
    __test__ = True

    def get_log_handler_cls(self) -> Any:
        return plugin.LogHandler

    def get_log_handler_settings(self) -> Any:
        return plugin.LogHandlerSettings()


def test_what_it_tells_jobs_in_the_environment_ends_with_it():
    from snakemake.settings.types import OutputSettings

    logger = plugin.LogHandler(OutputSettings(), plugin.LogHandlerSettings())
    folder = os.environ[progress.FOLDER]
    assert os.path.isdir(folder)
    logger.close()
    assert progress.FOLDER not in os.environ
    assert not os.path.exists(folder)


def test_snakemake_finds_it():
    assert "thresher" in LoggerPluginRegistry().get_registered_plugins()
