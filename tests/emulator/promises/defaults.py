"""Parameters without a row whose value is AWS's default: they are accepted and dropped.

A client that sends every parameter of an operation does not ask for more than one that sends none. Empty lists and
structures are defaults of every parameter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.model import OperationModel, Shape
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
# Of interface endpoints, and of gateway endpoints.
_DNS = {"DnsRecordIpType": ("ipv4", "service-defined"), "PrivateDnsOnlyForInboundResolverEndpoint": False}

# AWS's defaults by service, operation (`*`: every operation) and parameter. A structure holds the defaults of its
# members, a tuple the values that are defaults of different kinds of a resource. Sources are botocore's documentation of
# the parameters and the API references.
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
        "CreateNetworkInterface": {
            "EnablePrimaryIpv6": False,
            "InterfaceType": "interface",
            "Ipv4PrefixCount": 0,
            "Ipv6AddressCount": 0,
            "Ipv6PrefixCount": 0,
            "SecondaryPrivateIpAddressCount": 0,
        },
        "CreateSubnet": {"Ipv6Native": False},
        "CreateVpc": {
            "AmazonProvidedIpv6CidrBlock": False,
            "Ipv6CidrBlockNetworkBorderGroup": "{region}",
        },
        "CreateVpcEndpoint": {
            "DnsOptions": _DNS,
            "IpAddressType": "ipv4",
            "ServiceRegion": "{region}",
        },
        "CreateVpcPeeringConnection": {"PeerOwnerId": "{account}", "PeerRegion": "{region}"},
        "CreateVpnGateway": {"AmazonSideAsn": 64512},
        "DescribeAvailabilityZones": {"AllAvailabilityZones": False},
        "DescribeNetworkInterfaces": {"IncludeManagedResources": False},
        "ModifyIpam": {"EnablePrivateGua": False, "MeteredAccount": "ipam-owner"},
        "ModifyIpamScope": {"RemoveExternalAuthorityConfiguration": False},
        "ModifyVpcEndpoint": {"DnsOptions": _DNS, "IpAddressType": "ipv4"},
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
        "*": {"DryRun": False},
        "CreateKey": {
            "BypassPolicyLockoutSafetyCheck": False,
            "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
            "KeySpec": "SYMMETRIC_DEFAULT",
            "KeyUsage": "ENCRYPT_DECRYPT",
        },
        "Decrypt": {"EncryptionAlgorithm": "SYMMETRIC_DEFAULT"},
        "Encrypt": {"EncryptionAlgorithm": "SYMMETRIC_DEFAULT"},
        "ListKeyRotations": {"IncludeKeyMaterial": "ROTATIONS_ONLY"},
        "PutKeyPolicy": {"BypassPolicyLockoutSafetyCheck": False},
        "ReplicateKey": {"BypassPolicyLockoutSafetyCheck": False},
    },
    "secretsmanager": {
        "CreateSecret": {"ForceOverwriteReplicaSecret": False},
        "DeleteResourcePolicy": {"PolicyName": "default"},
        "GetResourcePolicy": {"PolicyName": "default"},
        "ListSecrets": {"SortBy": "created-date"},
        "PutResourcePolicy": {"PolicyName": "default"},
        "ReplicateSecretToRegions": {"ForceOverwriteReplicaSecret": False},
    },
    "logs": {
        "DescribeLogGroups": {"includeLinkedAccounts": False},
    },
    "cloudwatch": {
        "ListMetrics": {"IncludeLinkedAccounts": False},
        "PutMetricData": {"StrictEntityValidation": False},
    },
    "iam": {
        "*": {"MaxItems": 100},
        "ListEntitiesForPolicy": {"PathPrefix": "/"},
        "ListServiceSpecificCredentials": {"AllUsers": False},
    },
    "resourcegroupstaggingapi": {
        "GetResources": {"ExcludeCompliantResources": False, "IncludeComplianceDetails": False},
    },
}


def at_default(service: str, model: OperationModel, given: Mapping[str, Any], names: set[str], region: str) -> set[str]:
    """Return those of the parameters ``names`` that are given at AWS's default, or as empty lists and structures."""
    known = DEFAULTS.get(service, {})
    defaults = {**known.get("*", {}), **known.get(model.name, {})}
    members = model.input_shape.members if model.input_shape else {}
    return {
        name
        for name in names & members.keys()
        if (service != "dynamodb" and _is_empty(members[name], given.get(name)))  # DynamoDB refuses empty lists
        or (name in defaults and _equal(defaults[name], given.get(name), region))
    }


def _is_empty(shape: Shape, value: Any) -> bool:
    """Return whether a value is an empty list or structure, where AWS allows one: it says nothing."""
    return value in ([], {}) and shape.type_name in ("list", "structure", "map") and not shape.metadata.get("min")


def _equal(default: Any, value: Any, region: str) -> bool:
    """Return whether a value is the default, or a structure whose members all are."""
    if isinstance(default, dict):
        return isinstance(value, dict) and all(
            name in default and _equal(default[name], each, region) for name, each in value.items()
        )
    if isinstance(default, tuple):
        return value in default
    if isinstance(default, str):
        default = default.format(region=region, account=DEFAULT_ACCOUNT_ID)
    return type(value) is type(default) and bool(value == default)
