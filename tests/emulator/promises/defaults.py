"""Parameters without a row whose value is AWS's default: they are accepted and dropped.

A client that sends every parameter of an operation does not ask for more than one that sends none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID

_CLUSTER = {
    "BacktrackWindow": 0,
    "EngineMode": "provisioned",
    "NetworkType": "IPV4",
}
_CHANGED_CLUSTER = {
    **_CLUSTER,
    "EnableGlobalWriteForwarding": False,
    "EnableLimitlessDatabase": False,
    "EnableLocalWriteForwarding": False,
    "MasterUserAuthenticationType": "password",
}
_INSTANCE = {
    "DedicatedLogVolume": False,
    "EnableCustomerOwnedIp": False,
    "EnablePerformanceInsights": False,
    "LicenseModel": "postgresql-license",
    "MasterUserAuthenticationType": "password",
    "MultiTenant": False,
}

# AWS's defaults by service, operation and parameter. A structure holds the defaults of its
# members. Sources are botocore's documentation of the parameters and the API references.
DEFAULTS: dict[str, dict[str, dict[str, Any]]] = {
    "ec2": {
        "AllocateAddress": {"NetworkBorderGroup": "{region}", "PublicIpv4Pool": "amazon"},
        "CreateFlowLogs": {
            "DestinationOptions": {
                "FileFormat": "plain-text",
                "HiveCompatiblePartitions": False,
                "PerHourPartition": False,
            },
        },
        "CreateIpam": {"EnablePrivateGua": False, "MeteredAccount": "ipam-owner"},
        "CreateIpamPool": {"PublicIpSource": "byoip"},
        "CreateNatGateway": {"AvailabilityMode": "zonal"},
        "CreateNetworkInterface": {"EnablePrimaryIpv6": False, "InterfaceType": "interface"},
        "CreateSubnet": {"Ipv6Native": False},
        "CreateVpc": {
            "AmazonProvidedIpv6CidrBlock": False,
            "Ipv6CidrBlockNetworkBorderGroup": "{region}",
        },
        "CreateVpcEndpoint": {
            "DnsOptions": {"DnsRecordIpType": "ipv4"},
            "IpAddressType": "ipv4",
            "ServiceRegion": "{region}",
        },
        "CreateVpcPeeringConnection": {"PeerOwnerId": "{account}", "PeerRegion": "{region}"},
        "CreateVpnGateway": {"AmazonSideAsn": 64512},
        "DescribeAvailabilityZones": {"AllAvailabilityZones": False},
        "DescribeNetworkInterfaces": {"IncludeManagedResources": False},
        "ModifyIpam": {"EnablePrivateGua": False, "MeteredAccount": "ipam-owner"},
        "ModifyIpamScope": {"RemoveExternalAuthorityConfiguration": False},
        "ModifyVpcEndpoint": {"DnsOptions": {"DnsRecordIpType": "ipv4"}, "IpAddressType": "ipv4"},
        "ProvisionIpamPoolCidr": {"VerificationMethod": "remarks-x509"},
        "ReleaseAddress": {"NetworkBorderGroup": "{region}"},
        "ReplaceRoute": {"LocalTarget": False},
        "RunInstances": {
            "CapacityReservationSpecification": {"CapacityReservationPreference": "open"},
            "DisableApiStop": False,
            "DisableApiTermination": False,
            "EbsOptimized": False,
            "EnablePrimaryIpv6": False,
            "EnclaveOptions": {"Enabled": False},
            "HibernationOptions": {"Configured": False},
            "InstanceInitiatedShutdownBehavior": "stop",
            "MaintenanceOptions": {"AutoRecovery": "default"},
            "Monitoring": {"Enabled": False},
            "NetworkPerformanceOptions": {"BandwidthWeighting": "default"},
            "Placement": {"Tenancy": "default"},
        },
        "TerminateInstances": {"Force": False, "SkipOsShutdown": False},
    },
    "rds": {
        "CreateDBCluster": {
            **_CHANGED_CLUSTER,
            "ClusterScalabilityType": "standard",
            "WithExpressConfiguration": False,
        },
        "CreateDBInstance": {**_INSTANCE, "BackupTarget": "region"},
        "DeleteDBInstance": {"DeleteAutomatedBackups": True},
        "DescribeDBClusters": {"IncludeShared": False},
        "DescribeDBClusterSnapshots": {"IncludePublic": False, "IncludeShared": False},
        "DescribeDBEngineVersions": {
            "IncludeAll": False,
            "ListSupportedCharacterSets": False,
            "ListSupportedTimezones": False,
        },
        "ModifyDBCluster": {**_CHANGED_CLUSTER, "AllowEngineModeChange": False},
        "ModifyDBInstance": {
            **_INSTANCE,
            "AutomationMode": "full",
            "CertificateRotationRestart": True,
            "DisableDomain": False,
            "UseDefaultProcessorFeatures": False,
        },
        "RestoreDBClusterFromSnapshot": _CLUSTER,
        "RestoreDBClusterToPointInTime": _CLUSTER,
    },
    "dynamodb": {
        "PutResourcePolicy": {"ConfirmRemoveSelfResourceAccess": False},
        "UpdateContributorInsights": {"ContributorInsightsMode": "ACCESSED_AND_THROTTLED_KEYS"},
    },
    "dynamodbstreams": {"DescribeStream": {"Limit": 100}},
    "application-autoscaling": {"DescribeScalingActivities": {"IncludeNotScaledActivities": False}},
    "kms": {
        "CreateKey": {
            "BypassPolicyLockoutSafetyCheck": False,
            "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
            "KeySpec": "SYMMETRIC_DEFAULT",
            "KeyUsage": "ENCRYPT_DECRYPT",
        },
        "Decrypt": {"DryRun": False, "EncryptionAlgorithm": "SYMMETRIC_DEFAULT"},
        "Encrypt": {"DryRun": False, "EncryptionAlgorithm": "SYMMETRIC_DEFAULT"},
        "PutKeyPolicy": {"BypassPolicyLockoutSafetyCheck": False},
        "ReplicateKey": {"BypassPolicyLockoutSafetyCheck": False},
    },
    "secretsmanager": {
        "CreateSecret": {"ForceOverwriteReplicaSecret": False},
        "DeleteResourcePolicy": {"PolicyName": "default"},
        "GetResourcePolicy": {"PolicyName": "default"},
        "PutResourcePolicy": {"PolicyName": "default"},
        "ReplicateSecretToRegions": {"ForceOverwriteReplicaSecret": False},
    },
    "logs": {
        "DescribeLogGroups": {"includeLinkedAccounts": False},
    },
    "cloudwatch": {
        "PutMetricData": {"StrictEntityValidation": False},
    },
    "iam": {
        "ListEntitiesForPolicy": {"MaxItems": 100, "PathPrefix": "/"},
        "ListInstanceProfilesForRole": {"MaxItems": 100},
        "ListPolicyVersions": {"MaxItems": 100},
        "ListRolePolicies": {"MaxItems": 100},
    },
    "resourcegroupstaggingapi": {
        "GetResources": {"ExcludeCompliantResources": False, "IncludeComplianceDetails": False},
    },
}


def at_default(service: str, operation: str, given: Mapping[str, Any], names: set[str], region: str) -> set[str]:
    """Return those of the parameters ``names`` that are given at AWS's default."""
    defaults = DEFAULTS.get(service, {}).get(operation, {})
    return {name for name in names & defaults.keys() if _equal(defaults[name], given.get(name), region)}


def _equal(default: Any, value: Any, region: str) -> bool:
    """Return whether a value is the default, or a structure whose members all are."""
    if isinstance(default, dict):
        return isinstance(value, dict) and all(
            name in default and _equal(default[name], each, region) for name, each in value.items()
        )
    if isinstance(default, str):
        default = default.format(region=region, account=DEFAULT_ACCOUNT_ID)
    return type(value) is type(default) and bool(value == default)
