"""A selection of Aurora PostgreSQL's parameters: allowed values, defaults, scopes and apply types."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ..core import AwsError

BOOL, FEW, MILLIS = "0,1", "0-262143", "-1-2147483647"
LEVELS = "debug5,debug4,debug3,debug2,debug1,log,notice,warning,error,fatal,panic"
LIBRARIES = (
    "auto_explain,orafce,pgaudit,pg_bigm,pg_cron,pg_hint_plan,pg_prewarm,pg_similarity,pg_stat_statements,pg_tle,"
    "pg_transport,plprofiler,plrust"
)
ISOLATION = "serializable,repeatable read,read committed,read uncommitted"
PREFIXES = "%m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a,%t:%r:%u@%d:[%p]:"
AUDITED = "ddl,function,misc,read,role,write"
CIPHERS = (
    "ECDHE-RSA-AES128-GCM-SHA256,ECDHE-RSA-AES256-GCM-SHA384,ECDHE-ECDSA-AES256-GCM-SHA384,TLS_AES_256_GCM_SHA384,"
    "TLS_AES_128_GCM_SHA256,ECDHE-RSA-CHACHA20-POLY1305"
)
CACHE = "SUM({DBInstanceClassMemory/12038},-50003)"
WORKERS = "GREATEST({DBInstanceClassMemory/64371566592},3)"
WORK = "GREATEST({DBInstanceClassMemory/63963136*1024},65536)"
COST = "GREATEST({log(DBInstanceClassMemory/21474836480)*600},200)"
BOTH, CLUSTER = ("cluster", "instance"), ("cluster",)


@dataclass(frozen=True)
class Parameter:
    """A parameter. An empty ``allowed`` accepts any text; an empty ``default`` means that AWS shows no value."""

    name: str
    apply: str
    kind: str
    allowed: str
    default: str
    scopes: tuple[str, ...]
    modifiable: bool = True

    def default_in(self, family: str) -> str:
        """Return the engine's default value."""
        if self.name == "rds.force_ssl":
            return "1" if int(family[-2:]) >= 17 else "0"
        return self.default

    def accepts(self, given: str) -> bool:
        """Return whether AWS accepts a value."""
        if not self.allowed or not given:
            return True
        if self.kind == "list":
            return all(item.strip() in self.allowed.split(",") for item in given.split(","))
        if self.kind in ("integer", "float"):
            return self._accepts_number(given)
        return given in self.allowed.split(",")

    def _accepts_number(self, given: str) -> bool:
        if re.fullmatch(r"(LEAST|GREATEST|SUM)?\(?.*\{[\w/*+, ()-]+\}.*\)?", given):
            return True
        if not re.fullmatch(r"-?\d+" if self.kind == "integer" else r"-?\d+(\.\d+)?", given):
            return False
        for span in self.allowed.split(","):
            low, high = re.fullmatch(r"(-?[\d.]+)-?(-?[\d.]*)", span).groups()  # type: ignore[union-attr]
            if float(low) <= float(given) <= float(high or low):
                return True
        return False


_p = Parameter


TABLE = {
    p.name: p
    for p in [
        _p("apg_plan_mgmt.capture_plan_baselines", "dynamic", "string", "automatic,manual,off", "off", BOTH),
        _p("application_name", "dynamic", "string", "", "", BOTH),
        _p("auto_explain.log_analyze", "dynamic", "boolean", BOOL, "", BOTH),
        _p("auto_explain.log_min_duration", "dynamic", "integer", MILLIS, "", BOTH),
        _p("autovacuum", "dynamic", "boolean", BOOL, "1", CLUSTER),
        _p("autovacuum_max_workers", "static", "integer", "1-262143", WORKERS, CLUSTER),
        _p("autovacuum_naptime", "dynamic", "integer", "1-2147483", "5", CLUSTER),
        _p("client_encoding", "dynamic", "string", "", "", CLUSTER),
        _p("cron.database_name", "static", "string", "", "postgres", BOTH),
        _p("cron.log_run", "static", "boolean", BOOL, "1", BOTH),
        _p("deadlock_timeout", "dynamic", "integer", "1-2147483647", "1000", BOTH),
        _p("default_transaction_isolation", "dynamic", "string", ISOLATION, "read committed", BOTH),
        _p("effective_cache_size", "dynamic", "integer", "1-2147483647", CACHE, BOTH),
        _p("idle_in_transaction_session_timeout", "dynamic", "integer", "0-2147483647", "86400000", BOTH),
        _p("idle_session_timeout", "dynamic", "integer", "0-2147483647", "", BOTH),
        _p("lock_timeout", "dynamic", "integer", "0-2147483647", "", BOTH),
        _p("log_autovacuum_min_duration", "dynamic", "integer", MILLIS, "10000", CLUSTER),
        _p("log_connections", "dynamic", "boolean", BOOL, "", BOTH),
        _p("log_destination", "dynamic", "list", "stderr,csvlog", "stderr", BOTH),
        _p("log_disconnections", "dynamic", "boolean", BOOL, "", BOTH),
        _p("log_duration", "dynamic", "boolean", BOOL, "", BOTH),
        _p("log_error_verbosity", "dynamic", "string", "terse,default,verbose", "", BOTH),
        _p("log_hostname", "dynamic", "boolean", BOOL, "0", BOTH),
        _p("log_line_prefix", "dynamic", "string", PREFIXES, "%t:%r:%u@%d:[%p]:", CLUSTER),
        _p("log_lock_waits", "dynamic", "boolean", BOOL, "", BOTH),
        _p("log_min_duration_statement", "dynamic", "integer", MILLIS, "", BOTH),
        _p("log_min_error_statement", "dynamic", "string", LEVELS, "", BOTH),
        _p("log_min_messages", "dynamic", "string", LEVELS, "", BOTH),
        _p("log_rotation_age", "dynamic", "integer", "1-1440", "60", CLUSTER),
        _p("log_rotation_size", "dynamic", "integer", "50000-1000000", "100000", CLUSTER),
        _p("log_statement", "dynamic", "string", "none,ddl,mod,all", "", BOTH),
        _p("log_temp_files", "dynamic", "integer", MILLIS, "", BOTH),
        _p("maintenance_work_mem", "dynamic", "integer", "1024-2147483647", WORK, BOTH),
        _p("max_connections", "static", "integer", "6-262143", "LEAST({DBInstanceClassMemory/9531392},5000)", BOTH),
        _p("max_logical_replication_workers", "static", "integer", FEW, "", CLUSTER),
        _p("max_replication_slots", "static", "integer", "5-1000", "20", CLUSTER),
        _p("max_wal_senders", "static", "integer", "5-1000", "20", CLUSTER),
        _p("max_worker_processes", "static", "integer", FEW, "GREATEST({DBInstanceVCPU*2},8)", BOTH),
        _p("password_encryption", "dynamic", "string", "md5,scram-sha-256", "scram-sha-256", CLUSTER),
        _p("pg_stat_statements.max", "static", "integer", "100-2147483647", "", BOTH),
        _p("pg_stat_statements.track", "dynamic", "string", "none,top,all", "top", BOTH),
        _p("pgaudit.log", "dynamic", "list", f"{AUDITED},none,all,-{AUDITED.replace(',', ',-')}", "", BOTH),
        _p("pgaudit.log_catalog", "dynamic", "boolean", BOOL, "", BOTH),
        _p("pgaudit.log_parameter", "dynamic", "boolean", BOOL, "", BOTH),
        _p("pgaudit.log_relation", "dynamic", "boolean", BOOL, "", BOTH),
        _p("pgaudit.log_statement_once", "dynamic", "boolean", BOOL, "", BOTH),
        _p("pgaudit.role", "dynamic", "string", "rds_pgaudit", "", BOTH),
        _p("random_page_cost", "dynamic", "float", "0-1000000", "", BOTH),
        _p("rds.adaptive_autovacuum", "dynamic", "boolean", BOOL, "1", BOTH),
        _p("rds.enable_plan_management", "static", "boolean", BOOL, "0", BOTH),
        _p("rds.extensions", "static", "string", "", "address_standardizer, ..., uuid-ossp", CLUSTER, modifiable=False),
        _p("rds.force_admin_logging_level", "dynamic", "string", "disabled," + LEVELS, "", BOTH),
        _p("rds.force_autovacuum_logging_level", "dynamic", "string", "disabled," + LEVELS, "warning", BOTH),
        _p("rds.force_ssl", "dynamic", "boolean", BOOL, "", CLUSTER),
        _p("rds.global_db_rpo", "dynamic", "integer", "20-2147483647", "", CLUSTER),
        _p("rds.log_retention_period", "dynamic", "integer", "1440-10080", "4320", CLUSTER),
        _p("rds.logical_replication", "static", "boolean", BOOL, "0", CLUSTER),
        _p("rds.restrict_password_commands", "static", "boolean", BOOL, "0", BOTH),
        _p("search_path", "dynamic", "string", "", "", BOTH),
        _p("shared_buffers", "static", "integer", "16-1073741823", CACHE, BOTH),
        _p("shared_preload_libraries", "static", "list", LIBRARIES, "pg_stat_statements", BOTH),
        _p("ssl_ciphers", "static", "list", CIPHERS, "", CLUSTER),
        _p("ssl_max_protocol_version", "dynamic", "string", "TLSv1,TLSv1.1,TLSv1.2,TLSv1.3", "", CLUSTER),
        _p("ssl_min_protocol_version", "dynamic", "string", "TLSv1,TLSv1.1,TLSv1.2,TLSv1.3", "TLSv1.2", CLUSTER),
        _p("statement_timeout", "dynamic", "integer", "0-2147483647", "", BOTH),
        _p("temp_buffers", "dynamic", "integer", "100-1073741823", "", BOTH),
        _p("timezone", "dynamic", "string", "", "UTC", CLUSTER),
        _p("track_activity_query_size", "static", "integer", "100-102400", "4096", BOTH),
        _p("track_io_timing", "dynamic", "boolean", BOOL, "1", BOTH),
        _p("vacuum_cost_limit", "dynamic", "integer", "1-10000", COST, BOTH),
        _p("wal_sender_timeout", "dynamic", "integer", "0-3600000", "30000", CLUSTER),
        _p("work_mem", "dynamic", "integer", "64-2147483647", "", BOTH),
    ]
}


def find(name: str, scope: str) -> Parameter:
    """Return the parameter of a name in groups of a scope."""
    parameter = TABLE.get(name)
    if parameter is None or scope not in parameter.scopes:
        text = f"Could not find parameter with name: {name} (the local AWS has {len(TABLE)} of AWS's)"
        raise AwsError("InvalidParameterValue", text)
    return parameter


def check(change: dict[str, Any], scope: str, with_value: bool = True) -> Parameter:
    """Return the parameter of an element of a Modify or Reset call. Refuse an invalid element."""
    parameter = find(str(change.get("ParameterName")), scope)
    method = change.get("ApplyMethod")
    if method not in ("immediate", "pending-reboot"):
        raise AwsError("InvalidParameterValue", f"Invalid apply method '{method}' for {parameter.name}.")
    if not parameter.modifiable:
        raise AwsError("InvalidParameterValue", f"The parameter {parameter.name} cannot be modified.")
    if method == "immediate" and parameter.apply == "static":
        raise AwsError("InvalidParameterCombination", "cannot use immediate apply method for static parameter")
    if with_value and "ParameterValue" not in change:
        raise AwsError("InvalidParameterValue", f"The parameter ParameterValue of {parameter.name} must be provided.")
    if with_value and not parameter.accepts(str(change.get("ParameterValue", ""))):
        raise AwsError(
            "InvalidParameterValue",
            f"Invalid parameter value: {change.get('ParameterValue')} for: {parameter.name} allowed values are: "
            f"{parameter.allowed}",
        )
    return parameter


def describe(parameter: Parameter, family: str, changed: tuple[str, str] | None) -> dict[str, Any]:
    """Return a parameter as Describe shows it. ``changed`` holds the user's value and apply method."""
    default = parameter.default_in(family)
    value, method = changed or (default, "pending-reboot")
    source = "user" if changed else "engine-default" if parameter.modifiable else "system"
    return {
        "ParameterName": parameter.name,
        **({"ParameterValue": value} if value else {}),
        "Source": source,
        "ApplyType": parameter.apply,
        "DataType": parameter.kind,
        **({"AllowedValues": parameter.allowed} if parameter.allowed else {}),
        "IsModifiable": parameter.modifiable,
        "ApplyMethod": method,
        "SupportedEngineModes": ["provisioned"],
    }
