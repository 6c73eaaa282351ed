"""The rules of DynamoDB, by theme."""

from __future__ import annotations

from . import Rule

# fmt: off
_TABLES = (
    Rule("table-states", "A table is CREATING for 10 s, UPDATING while it changes, DELETING for 10 s; ACTIVE else.", "L"),
    Rule("table-busy", "A table that is not ACTIVE takes no change and no deletion: ResourceInUseException.", "D"),
    Rule("table-not-found", "A table that is not there, or in another Region: ResourceNotFoundException.", "B"),
    Rule("table-in-use", "CreateTable of a table that is there: ResourceInUseException.", "L"),
    Rule("table-fields", "What does not apply is absent: SSEDescription, TableClassSummary, StreamSpecification.", "L"),
    Rule("key-schema", "A table's key is one HASH and at most one RANGE attribute, of type S, N or B.", "B"),
    Rule("attributes-used", "AttributeDefinitions holds exactly the key attributes of table and indexes.", "L"),
    Rule("attributes-sorted", "Deleting an index drops definitions that no key uses; they are shown sorted.", "L"),
    Rule("table-waiters", "boto3's waiters and paginators end on these tables.", "B"),
    Rule("limits", "A capacity is at most 40,000, and a Region makes, changes and deletes 500 tables at a time, 250 of them new "
         "ones with indexes: LimitExceededException. DescribeLimits tells the quotas of capacity.", "D quotas"),
    Rule("one-concern", "An UpdateTable call is about one thing: else ValidationException.", "L"),
    Rule("item-count", "ItemCount and sizes are measured every 6 hours.", "D"),
    Rule("eventual", "What describes tables and tags may show what was before a write (`lag`).", "D"),
    Rule("nothing", "An UpdateTable call that changes nothing of class, key, stream or capacity: ValidationException.", "L"),
)
_CAPACITY = (
    Rule("billing-summary", "BillingModeSummary is absent on a table that was made PROVISIONED.", "L"),
    Rule("to-on-demand", "The switch to on-demand carries no capacity; 150 s at first, then 5 s, 218 s with replicas.", "L"),
    Rule("to-on-demand-limit", "The fifth switch to on-demand within 24 hours: LimitExceededException.", "D"),
    Rule("to-provisioned", "The switch to PROVISIONED carries capacity for the table and every index.", "L"),
    Rule("same-throughput", "The capacity that is there already: ValidationException.", "L"),
    Rule("decreases", "4 decreases a UTC day, then 1 an hour, 27 at most, table and index apart; else "
         "LimitExceededException, and nothing of the call is done.", "D"),
    Rule("on-demand-maximum", "The table's OnDemandThroughput comes with BillingMode, an index's may come alone; -1 takes a "
         "maximum away.", "L; T global_secondary_index.go"),
    Rule("warm-rises", "Warm throughput of a table or an index only rises (ValidationException), in 5 minutes, while the table "
         "is ACTIVE.", "L"),
)
_INDEXES = (
    Rule("index-one", "One index is created or deleted per call and per table at a time: LimitExceededException.", "D"),
    Rule("index-states", "The table is UPDATING for 30 s, then ACTIVE while the index is CREATING for 8 minutes.", "L"),
    Rule("index-allocation", "An index cannot be given up while it is allocated; while it is backfilled it can.", "D"),
    Rule("index-blocks-delete", "While an index is busy, DeleteTable: ResourceInUseException.", "D"),
    Rule("index-backfilling", "An index that is not yet built cannot be queried: ValidationException.", "D"),
    Rule("index-replicated", "An index is created and deleted on all replicas at once.", "D"),
    Rule("index-multi", "An index key has up to 4 HASH and 4 RANGE attributes, HASH first.", "D"),
    Rule("index-multi-query", "A Query needs equality on all HASH attributes, and RANGE attributes from the left.", "D"),
    Rule("index-capacity", "An index of a PROVISIONED table needs a capacity, one of an on-demand table has none.", "B"),
    Rule("index-projection", "INCLUDE needs NonKeyAttributes, the other projections refuse them.", "B"),
    Rule("index-limit", "CreateTable takes 20 indexes at most: ValidationException; one more later: "
         "LimitExceededException.", "D, L"),
    Rule("index-scaled", "On a PROVISIONED global table no index is created or deleted while one has no write scaling: "
         "ValidationException.", "L"),
)
_SETTINGS = (
    Rule("stream-view", "A view type is given when a stream is switched on, and only then.", "B"),
    Rule("stream-change", "Another view type needs off and on again; on twice: ValidationException.", "L"),
    Rule("stream-frozen", "The stream of a table with replicas cannot be changed.", "L"),
    Rule("ttl-cooldown", "TTL can be changed once an hour: ValidationException.", "D"),
    Rule("ttl-expiry", "Expired items are not deleted here; AWS does it within days, and shows them until then.", "D"),
    Rule("ttl-rename", "Another TTL attribute needs off and on again.", "D"),
    Rule("recovery-days", "RecoveryPeriodInDays is 1 to 35, 35 if not given, and refused when it is switched off.", "B"),
    Rule("recovery-not-found", "Backups of a table that is not there: TableNotFoundException.", "B"),
    Rule("recovery-early", "Just after a table is ACTIVE: ContinuousBackupsUnavailableException.", "T"),
    Rule("recovery-window", "Recovery reaches back to when it was last switched on.", "L"),
    Rule("protection-cooldown", "Deletion protection changes once in 15 s: ThrottlingException.", "L"),
    Rule("protection", "A protected table cannot be deleted, nor removed as a replica: ValidationException.", "L"),
    Rule("class-limit", "The table class changes twice in 30 days: LimitExceededException.", "known"),
    Rule("sse-key", "A key is shown by its full ARN; one that is not there or disabled: ValidationException.", "L"),
    Rule("key-lost", "While a customer's key is disabled or to be deleted, the table is INACCESSIBLE_ENCRYPTION_CREDENTIALS: "
         "items AccessDeniedException, changes ResourceInUseException. With the key it is back.", "B TableDescription"),
    Rule("sse-limit", "The kind of key changes 4 times in 24 h, and after 6 h without once more, 8 at most.", "D"),
    Rule("insights", "Contributor insights are switched on and off for a table.", "B"),
    Rule("policy", "A table's resource policy, JSON of at most 20 KB, is put, read and deleted; one of another revision than "
         "expected, or none: PolicyNotFoundException.", "B"),
    Rule("tags", "At most 50 tags, no key beginning with `aws:`, none twice: else ValidationException.", "D"),
    Rule("tagging-api", "The Tagging API shows the tables that are there.", "B"),
)
_RESTORE = (
    Rule("restore", "A restored table has keys, indexes, capacity, key and items; no tags, stream, TTL, protection, "
         "recovery.", "D"),
    Rule("restore-exists", "Restoring to a table that is there: TableAlreadyExistsException.", "B"),
    Rule("restore-recovery", "RestoreTableToPointInTime without recovery: PointInTimeRecoveryUnavailableException.", "B"),
)
_REPLICAS = (
    Rule("replica-one", "One action on one replica per call, and nothing else in it: ValidationException.", "L"),
    Rule("replica-busy", "While a replica or an index is made or removed, the next: ResourceInUseException.", "L"),
    Rule("replica-name", "A table of that name in the Region, or an unknown or the own Region: ValidationException.", "L"),
    Rule("replica-scaled", "A PROVISIONED table needs a scaling target and policy for all its writes, indexes too: for a "
         "replica, and with replicas for the switch from on-demand (ValidationException).", "L; D globaltables-security"),
    Rule("replica-key", "Every replica has the same kind of KMS key: a customer's is named per Region, and changed by "
         "SSESpecification there; ReplicaUpdates.Update with KMSMasterKeyId: ValidationException.", "L"),
    Rule("replica-key-lost", "A replica without its key for more than 20 hours is a regional table for good, with what it "
         "holds.", "D globaltables-security"),
    Rule("replica-stream", "The first replica switches the stream on with NEW_AND_OLD_IMAGES.", "L"),
    Rule("replica-role", "The first replica makes the service-linked role AWSServiceRoleForDynamoDBReplication.", "D"),
    Rule("replica-states", "The entry appears after 6 s, the table after 10 s; ACTIVE after 40 s, with items 10 min.", "L"),
    Rule("replica-failed", "A replica can fail later: an entry with CREATION_FAILED, or none.", "L"),
    Rule("replica-not-self", "Replicas never lists the own Region, and goes with the last replica.", "L"),
    Rule("replica-removed", "A removed replica's entry goes after 3 minutes, its table 15 s later.", "L"),
    Rule("replica-source", "A Region that a replica was made from in the last 24 h cannot go before it.", "L"),
    Rule("replica-own-delete", "DeleteTable in a replica's own Region takes it out of the global table.", "D"),
    Rule("synced", "Billing, write capacity as it is set, on-demand maximum of writes, keys, indexes, kind of key, TTL and "
         "warm throughput are the same everywhere. (What the scaler makes of the capacity is each Region's own.)", "D"),
    Rule("overridable", "Read capacity, on-demand maximum of reads and class can differ, until they are set in another "
         "Region.", "D"),
    Rule("not-synced", "Protection, recovery, tags, resource policy and insights are each Region's own.", "D"),
)
_ITEMS = (
    Rule("item-keys", "A key has exactly the table's attributes, of their types, and is not empty.", "D"),
    Rule("index-key-types", "An index key of another type, a BOOL say, or an empty one: ValidationException.", "D"),
    Rule("item-size", "An item is at most 400 KB: ValidationException.", "D quotas"),
    Rule("expressions", "Names and values of expressions are all given and used, of the keys' types, no reserved words: "
         "else ValidationException.", "D"),
    Rule("conditions", "A write whose condition fails: ConditionalCheckFailedException.", "B"),
    Rule("index-eventual", "A global index is not read consistently: ValidationException.", "D"),
    Rule("index-unknown", "Reading an index that is not there: ValidationException.", "D"),
    Rule("batches", "At most 25 writes in a batch, none twice.", "B"),
    Rule("items-replicated", "Items are in every Region of a global table.", "D"),
)
_MISSING = tuple(Rule(*row, missing=True) for row in (
    ("mrsc", "Global tables of strong consistency, and witnesses.", "D"),
    ("disassociate", "Taking a replica out with its data, and the protection from it.", "B"),
    ("multi-account", "Replicas in other accounts.", "B"),
    ("global-2017", "Global tables of version 2017.11.29.", "D"),
    ("archived", "ARCHIVED, after 7 days without the key.", "B"),
    ("quotas", "2,500 tables a Region, and calls a second, as 5 changes of tags.", "D"),
    ("local-indexes", "Local secondary indexes.", "B"),
    ("warm-new", "WarmThroughput of a new table or index: it has what AWS gives.", "B"),
    ("transactions", "Transactions.", "D"),
    ("stream-policies", "Policies of streams, in CreateTable and by ConfirmRemoveSelfResourceAccess; none is enforced.", "B"),
    ("index-insights", "Contributor insights of an index, their modes and their list.", "B"),
    ("vectors", "Vector indexes, and searching them.", "B"),
    ("bulk", "Export to and import from S3, and bulk operations.", "B"),
    ("kinesis", "Kinesis destinations.", "B"),
    ("partiql", "PartiQL.", "B"),
    ("backups", "On-demand backups, and the one that a deleted table with recovery leaves for 35 days.", "D"),
    ("restore-overrides", "Restoring to an earlier moment than the latest, or with other settings.", "B"),
    ("legacy-parameters", "Expected, AttributeUpdates, KeyConditions, QueryFilter, ScanFilter, AttributesToGet.", "B"),
    ("consumed-capacity", "How much capacity a call takes: throughput is not metered.", "B"),
))
# fmt: on
RULES: tuple[Rule, ...] = (
    *_TABLES,
    *_CAPACITY,
    *_INDEXES,
    *_SETTINGS,
    *_RESTORE,
    *_REPLICAS,
    *_ITEMS,
    *_MISSING,
)
