"""The plugin keeps Snakemake's own contract for loggers."""

from typing import Any

from snakemake_interface_logger_plugins.registry import LoggerPluginRegistry
from snakemake_interface_logger_plugins.tests import TestLogHandlerBase

import snakemake_logger_plugin_thresher as plugin


class TestOfSnakemake(TestLogHandlerBase):
    __test__ = True

    def get_log_handler_cls(self) -> Any:
        return plugin.LogHandler

    def get_log_handler_settings(self) -> Any:
        return plugin.LogHandlerSettings()


def test_snakemake_finds_it():
    assert "thresher" in LoggerPluginRegistry().get_registered_plugins()
