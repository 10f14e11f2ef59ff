CREATE TABLE otel_monitoring_about (
    id smallint NOT NULL,
    identity character varying(32) NOT NULL,
    created_ms bigint NOT NULL
);
CREATE TABLE otel_monitoring_alerts (
    service character varying(16) NOT NULL,
    digest character varying(32) NOT NULL,
    rule text NOT NULL,
    labels text NOT NULL,
    state character varying(16) NOT NULL,
    active_at_ms bigint NOT NULL,
    last_ms bigint NOT NULL,
    document text NOT NULL
);
CREATE TABLE otel_monitoring_audit (
    service character varying(16) NOT NULL,
    number bigint NOT NULL,
    time_ms bigint NOT NULL,
    action text NOT NULL,
    document text NOT NULL,
    previous character varying(64) NOT NULL,
    digest character varying(64) NOT NULL
);
CREATE TABLE otel_monitoring_batches (
    id bigint NOT NULL,
    source bigint NOT NULL,
    seq bigint NOT NULL,
    time_ms bigint NOT NULL,
    layout integer NOT NULL,
    encoding smallint NOT NULL,
    checksum bigint NOT NULL,
    data bytea NOT NULL
);
ALTER TABLE ONLY otel_monitoring_batches ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE SEQUENCE otel_monitoring_batches_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE otel_monitoring_batches_id_seq OWNED BY otel_monitoring_batches.id;
CREATE TABLE otel_monitoring_blocks (
    source bigint NOT NULL,
    tier_ms bigint NOT NULL,
    start_ms bigint NOT NULL,
    first integer NOT NULL,
    last integer NOT NULL,
    data bytea NOT NULL
);
ALTER TABLE ONLY otel_monitoring_blocks ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE otel_monitoring_dashboards (
    service character varying(16) NOT NULL,
    id character varying(40) NOT NULL,
    version integer NOT NULL,
    title text NOT NULL,
    changed_ms bigint NOT NULL,
    changed_by text NOT NULL,
    document text NOT NULL
);
CREATE TABLE otel_monitoring_deliveries (
    service character varying(16) NOT NULL,
    digest character varying(32) NOT NULL,
    lane text NOT NULL,
    key text NOT NULL,
    at_ms bigint NOT NULL,
    outcome character varying(16) NOT NULL,
    document text NOT NULL
);
CREATE TABLE otel_monitoring_families (
    source bigint NOT NULL,
    digest character varying(32) NOT NULL,
    name text NOT NULL,
    type character varying(16) NOT NULL,
    help text NOT NULL,
    unit text NOT NULL
);
CREATE TABLE otel_monitoring_layouts (
    source bigint NOT NULL,
    number integer NOT NULL,
    series bytea NOT NULL
);
ALTER TABLE ONLY otel_monitoring_layouts ALTER COLUMN series SET STORAGE EXTERNAL;
CREATE TABLE otel_monitoring_leases (
    name character varying(64) NOT NULL,
    holder text NOT NULL,
    token bigint NOT NULL,
    expires_ms bigint NOT NULL,
    taken_ms bigint NOT NULL
);
CREATE TABLE otel_monitoring_notes (
    service character varying(16) NOT NULL,
    kind character varying(32) NOT NULL,
    digest character varying(32) NOT NULL,
    saved_ms bigint NOT NULL,
    document text NOT NULL
);
CREATE TABLE otel_monitoring_outbox (
    service character varying(16) NOT NULL,
    digest character varying(32) NOT NULL,
    lane text NOT NULL,
    key text NOT NULL,
    put_ms bigint NOT NULL,
    sequence bigint NOT NULL,
    owner text NOT NULL,
    tries integer NOT NULL,
    document text NOT NULL
);
CREATE TABLE otel_monitoring_records (
    id bigint NOT NULL,
    service character varying(16) NOT NULL,
    kind character varying(32) NOT NULL,
    time_ms bigint NOT NULL,
    source bigint NOT NULL,
    key character varying(200) NOT NULL,
    trace character varying(32),
    severity smallint NOT NULL,
    value double precision,
    encoding smallint NOT NULL,
    data bytea NOT NULL
);
ALTER TABLE ONLY otel_monitoring_records ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE SEQUENCE otel_monitoring_records_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE otel_monitoring_records_id_seq OWNED BY otel_monitoring_records.id;
CREATE TABLE otel_monitoring_schema_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE otel_monitoring_series (
    source bigint NOT NULL,
    layout integer NOT NULL,
    first integer NOT NULL,
    last integer NOT NULL,
    labels bytea NOT NULL
);
ALTER TABLE ONLY otel_monitoring_series ALTER COLUMN labels SET STORAGE EXTERNAL;
CREATE TABLE otel_monitoring_services (
    key character varying(16) NOT NULL,
    name text NOT NULL,
    namespace text NOT NULL,
    environment text NOT NULL
);
CREATE TABLE otel_monitoring_sources (
    id bigint NOT NULL,
    instance character varying(200) NOT NULL,
    service character varying(16) NOT NULL,
    host text NOT NULL,
    pid bigint NOT NULL,
    version text NOT NULL,
    started_ms bigint NOT NULL,
    last_seen_ms bigint NOT NULL,
    last_seq bigint NOT NULL,
    ended_ms bigint,
    exit_reason text,
    document text NOT NULL
);
CREATE SEQUENCE otel_monitoring_sources_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE otel_monitoring_sources_id_seq OWNED BY otel_monitoring_sources.id;
CREATE TABLE otel_monitoring_transitions (
    id bigint NOT NULL,
    service character varying(16) NOT NULL,
    digest character varying(32) NOT NULL,
    at_ms bigint NOT NULL,
    change character varying(16) NOT NULL,
    rule text NOT NULL,
    labels text NOT NULL,
    document text NOT NULL
);
CREATE SEQUENCE otel_monitoring_transitions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE otel_monitoring_transitions_id_seq OWNED BY otel_monitoring_transitions.id;
CREATE TABLE otel_monitoring_windows (
    source bigint NOT NULL,
    tier_ms bigint NOT NULL,
    start_ms bigint NOT NULL,
    end_ms bigint NOT NULL,
    collections integer NOT NULL,
    times bytea NOT NULL
);
ALTER TABLE ONLY otel_monitoring_windows ALTER COLUMN times SET STORAGE EXTERNAL;
ALTER TABLE ONLY otel_monitoring_batches ALTER COLUMN id SET DEFAULT nextval('otel_monitoring_batches_id_seq'::regclass);
ALTER TABLE ONLY otel_monitoring_records ALTER COLUMN id SET DEFAULT nextval('otel_monitoring_records_id_seq'::regclass);
ALTER TABLE ONLY otel_monitoring_sources ALTER COLUMN id SET DEFAULT nextval('otel_monitoring_sources_id_seq'::regclass);
ALTER TABLE ONLY otel_monitoring_transitions ALTER COLUMN id SET DEFAULT nextval('otel_monitoring_transitions_id_seq'::regclass);
INSERT INTO otel_monitoring_about VALUES (1, '3d5bd3a6b7514318ac775065c3dff3be', 1795301493646);
INSERT INTO otel_monitoring_alerts VALUES ('48a7d6aa63d917b3', '7e79a477712a4fc99bc5c4397ce594c6', 'group/High', '[["alertname","High"],["job","town/shop"],["text","\"\u00e4\\"]]', 'firing', 1728000000000, 1728000000000, '{"annotations":{"summary":"too\nhigh"},"value":Infinity,"fired_at_ms":null,"resolved_at_ms":null,"last_sent_at_ms":null,"keep_firing_since_ms":null}');
INSERT INTO otel_monitoring_alerts VALUES ('4e13743ea967a456', '7e79a477712a4fc99bc5c4397ce594c6', 'group/High', '[["alertname","High"],["job","town/shop"],["text","\"\u00e4\\"]]', 'firing', 1728000000000, 1728000000000, '{"annotations":{"summary":"too\nhigh"},"value":Infinity,"fired_at_ms":null,"resolved_at_ms":null,"last_sent_at_ms":null,"keep_firing_since_ms":null}');
INSERT INTO otel_monitoring_audit VALUES ('48a7d6aa63d917b3', 1, 1, 'a', '{"who":"kim\u0000"}', '0000000000000000000000000000000000000000000000000000000000000000', 'b7c95f96adc527ed652d313f46dc2c28c5146ad23acd7fbbf9ef5d76664716f7');
INSERT INTO otel_monitoring_audit VALUES ('48a7d6aa63d917b3', 2, 2, 'a', '{"who":"kim\u0000"}', 'b7c95f96adc527ed652d313f46dc2c28c5146ad23acd7fbbf9ef5d76664716f7', 'ef41fd7a007450d021f08661f396e519f9f0d6397bd8757ad4dbbcf213a001c1');
INSERT INTO otel_monitoring_audit VALUES ('4e13743ea967a456', 1, 1, 'a', '{"who":"kim\u0000"}', '0000000000000000000000000000000000000000000000000000000000000000', 'd64eb22dfbadaec27ae5c541f5c8d676d70e8e8ca5d69b4df6a008dc50789b98');
INSERT INTO otel_monitoring_audit VALUES ('4e13743ea967a456', 2, 2, 'a', '{"who":"kim\u0000"}', 'd64eb22dfbadaec27ae5c541f5c8d676d70e8e8ca5d69b4df6a008dc50789b98', 'ba0fa947d8f77ae225fc2056e9a8dd3fd5ef89769d60f20fdf47406bbdc8f63d');
INSERT INTO otel_monitoring_batches VALUES (26, 1, 26, 1728015000000, 11, 0, 325684346, '\x0000000000000440');
INSERT INTO otel_monitoring_batches VALUES (27, 1, 27, 1728015600000, 12, 0, 1272828853, '\xcdcccccccccc04400000000000000080');
INSERT INTO otel_monitoring_batches VALUES (28, 1, 28, 1728016200000, 12, 0, 2659414033, '\x9a999999999905400000000000000080');
INSERT INTO otel_monitoring_batches VALUES (29, 1, 29, 1728016800000, 12, 0, 2861176404, '\x67666666666606400000000000000080');
INSERT INTO otel_monitoring_batches VALUES (30, 1, 30, 1728017400000, 12, 0, 719379842, '\x34333333333307400000000000000080');
INSERT INTO otel_monitoring_batches VALUES (31, 1, 31, 1728018000000, 13, 0, 2862150651, '\x0000000000000840');
INSERT INTO otel_monitoring_batches VALUES (32, 1, 32, 1728018600000, 14, 0, 1892681469, '\xcdcccccccccc08400000000000000080');
INSERT INTO otel_monitoring_batches VALUES (33, 1, 33, 1728019200000, 14, 0, 2281935555, '\x9a999999999909400000000000000080');
INSERT INTO otel_monitoring_batches VALUES (34, 1, 34, 1728019800000, 14, 0, 2628363917, '\x6766666666660a400000000000000080');
INSERT INTO otel_monitoring_batches VALUES (35, 1, 35, 1728020400000, 14, 0, 1932117990, '\x3433333333330b400000000000000080');
INSERT INTO otel_monitoring_batches VALUES (36, 1, 36, 1728021000000, 15, 0, 4159999168, '\x0000000000000c40');
INSERT INTO otel_monitoring_batches VALUES (62, 37, 26, 1728015000000, 11, 0, 325684346, '\x0000000000000440');
INSERT INTO otel_monitoring_batches VALUES (63, 37, 27, 1728015600000, 12, 0, 1272828853, '\xcdcccccccccc04400000000000000080');
INSERT INTO otel_monitoring_batches VALUES (64, 37, 28, 1728016200000, 12, 0, 2659414033, '\x9a999999999905400000000000000080');
INSERT INTO otel_monitoring_batches VALUES (65, 37, 29, 1728016800000, 12, 0, 2861176404, '\x67666666666606400000000000000080');
INSERT INTO otel_monitoring_batches VALUES (66, 37, 30, 1728017400000, 12, 0, 719379842, '\x34333333333307400000000000000080');
INSERT INTO otel_monitoring_batches VALUES (67, 37, 31, 1728018000000, 13, 0, 2862150651, '\x0000000000000840');
INSERT INTO otel_monitoring_batches VALUES (68, 37, 32, 1728018600000, 14, 0, 1892681469, '\xcdcccccccccc08400000000000000080');
INSERT INTO otel_monitoring_batches VALUES (69, 37, 33, 1728019200000, 14, 0, 2281935555, '\x9a999999999909400000000000000080');
INSERT INTO otel_monitoring_batches VALUES (70, 37, 34, 1728019800000, 14, 0, 2628363917, '\x6766666666660a400000000000000080');
INSERT INTO otel_monitoring_batches VALUES (71, 37, 35, 1728020400000, 14, 0, 1932117990, '\x3433333333330b400000000000000080');
INSERT INTO otel_monitoring_batches VALUES (72, 37, 36, 1728021000000, 15, 0, 4159999168, '\x0000000000000c40');
INSERT INTO otel_monitoring_blocks VALUES (1, 0, 1727992800000, 1, 1, '\xf54d0201f2b5f3ca0101097186a2060500000102000e0000040000000000050400000000');
INSERT INTO otel_monitoring_blocks VALUES (37, 0, 1727992800000, 1, 1, '\xf54d0201f2b5f3ca0101097186a2060500000102000e0000040000000000050400000000');
INSERT INTO otel_monitoring_blocks VALUES (1, 0, 1728000000000, 1, 2, '\xf54d0201a123bc62020c4646f81507060020010201024b00000700050001000000003f0c0020080101020100010200000e00000000020000020200000000022200010000dd0000800000000006e00000ff00000000ff0000030028850c4880a26801');
INSERT INTO otel_monitoring_blocks VALUES (37, 0, 1728000000000, 1, 2, '\xf54d0201a123bc62020c4646f81507060020010201024b00000700050001000000003f0c0020080101020100010200000e00000000020000020200000000022200010000dd0000800000000006e00000ff00000000ff0000030028850c4880a26801');
INSERT INTO otel_monitoring_blocks VALUES (1, 0, 1728007200000, 1, 2, '\xf54d02012564ad91020c22ce96630706002001020102450000070005000100000000390c00200801011a0100010200000e00000002000002000200000002021c00010000ad0000480000060000e00000ff0400a00c4a710332202b5a');
INSERT INTO otel_monitoring_blocks VALUES (37, 0, 1728007200000, 1, 2, '\xf54d02012564ad91020c22ce96630706002001020102450000070005000100000000390c00200801011a0100010200000e00000002000002000200000002021c00010000ad0000480000060000e00000ff0400a00c4a710332202b5a');
INSERT INTO otel_monitoring_dashboards VALUES ('48a7d6aa63d917b3', 'shop', 1, 'The shöp', 1728000000000, 'kim', '{"panels":[{"title":"up\u0000"}]}');
INSERT INTO otel_monitoring_dashboards VALUES ('4e13743ea967a456', 'shop', 1, 'The shöp', 1728000000000, 'kim', '{"panels":[{"title":"up\u0000"}]}');
INSERT INTO otel_monitoring_deliveries VALUES ('48a7d6aa63d917b3', '71177666b7062f8262bb5f0a44204358', 'ops/mail', 'sent', 1728000000000, 'delivered', '{"error":""}');
INSERT INTO otel_monitoring_deliveries VALUES ('4e13743ea967a456', '71177666b7062f8262bb5f0a44204358', 'ops/mail', 'sent', 1728000000000, 'delivered', '{"error":""}');
INSERT INTO otel_monitoring_families VALUES (37, '03595563da13ea96fa83ae33f8cf5fc1', 'served_total', 'counter', '', '');
INSERT INTO otel_monitoring_families VALUES (37, 'e9d7fa832a45644ab9698901813762dd', 'memory_bytes', 'gauge', '', 'By');
INSERT INTO otel_monitoring_families VALUES (1, '03595563da13ea96fa83ae33f8cf5fc1', 'served_total', 'counter', '', '');
INSERT INTO otel_monitoring_families VALUES (1, 'e9d7fa832a45644ab9698901813762dd', 'memory_bytes', 'gauge', '', 'By');
INSERT INTO otel_monitoring_layouts VALUES (1, 1, '\x780163646060000000080002');
INSERT INTO otel_monitoring_layouts VALUES (1, 2, '\x7801636460606004620000140003');
INSERT INTO otel_monitoring_layouts VALUES (1, 3, '\x780163646060000000080002');
INSERT INTO otel_monitoring_layouts VALUES (1, 4, '\x7801636460606004620000140003');
INSERT INTO otel_monitoring_layouts VALUES (1, 5, '\x780163646060000000080002');
INSERT INTO otel_monitoring_layouts VALUES (1, 6, '\x7801636460606004620000140003');
INSERT INTO otel_monitoring_layouts VALUES (1, 7, '\x780163646060000000080002');
INSERT INTO otel_monitoring_layouts VALUES (1, 8, '\x7801636460606004620000140003');
INSERT INTO otel_monitoring_layouts VALUES (1, 9, '\x780163646060000000080002');
INSERT INTO otel_monitoring_layouts VALUES (1, 10, '\x7801636460606004620000140003');
INSERT INTO otel_monitoring_layouts VALUES (1, 11, '\x780163646060000000080002');
INSERT INTO otel_monitoring_layouts VALUES (1, 12, '\x7801636460606004620000140003');
INSERT INTO otel_monitoring_layouts VALUES (1, 13, '\x780163646060000000080002');
INSERT INTO otel_monitoring_layouts VALUES (1, 14, '\x7801636460606004620000140003');
INSERT INTO otel_monitoring_layouts VALUES (1, 15, '\x780163646060000000080002');
INSERT INTO otel_monitoring_layouts VALUES (37, 1, '\x780163646060000000080002');
INSERT INTO otel_monitoring_layouts VALUES (37, 2, '\x7801636460606004620000140003');
INSERT INTO otel_monitoring_layouts VALUES (37, 3, '\x780163646060000000080002');
INSERT INTO otel_monitoring_layouts VALUES (37, 4, '\x7801636460606004620000140003');
INSERT INTO otel_monitoring_layouts VALUES (37, 5, '\x780163646060000000080002');
INSERT INTO otel_monitoring_layouts VALUES (37, 6, '\x7801636460606004620000140003');
INSERT INTO otel_monitoring_layouts VALUES (37, 7, '\x780163646060000000080002');
INSERT INTO otel_monitoring_layouts VALUES (37, 8, '\x7801636460606004620000140003');
INSERT INTO otel_monitoring_layouts VALUES (37, 9, '\x780163646060000000080002');
INSERT INTO otel_monitoring_layouts VALUES (37, 10, '\x7801636460606004620000140003');
INSERT INTO otel_monitoring_layouts VALUES (37, 11, '\x780163646060000000080002');
INSERT INTO otel_monitoring_layouts VALUES (37, 12, '\x7801636460606004620000140003');
INSERT INTO otel_monitoring_layouts VALUES (37, 13, '\x780163646060000000080002');
INSERT INTO otel_monitoring_layouts VALUES (37, 14, '\x7801636460606004620000140003');
INSERT INTO otel_monitoring_layouts VALUES (37, 15, '\x780163646060000000080002');
INSERT INTO otel_monitoring_leases VALUES ('upkeep', 'a', 1, 0, 1795301494781);
INSERT INTO otel_monitoring_notes VALUES ('48a7d6aa63d917b3', 'silence', 'a8fb689b663684dc29083768cf3a99d9', 1728000000000, '{"id":"one","comment":"known\u0000"}');
INSERT INTO otel_monitoring_notes VALUES ('48a7d6aa63d917b3', 'acknowledgement', 'e26907121139f0bec063d0034e1c2e50', 1728000000000, '{"kind":"acknowledged","labels":{"alertname":"High"},"left_s":1000000000.0}');
INSERT INTO otel_monitoring_notes VALUES ('48a7d6aa63d917b3', 'rule', '9b95dea36b71787a4917957eed591625', 1728000000000, '{"kind":"rule","name":"High","expr":"up < 1"}');
INSERT INTO otel_monitoring_notes VALUES ('48a7d6aa63d917b3', 'told', 'ce922f63a01c52df7c0cbada86291807', 1728000000000, '{"group_key":"g","receiver":"ops","channel":"mail","age_s":1.5}');
INSERT INTO otel_monitoring_notes VALUES ('48a7d6aa63d917b3', 'audit_end', 'c781fb5d09bf46c5e32c8c2730bd7080', 2, '{"chain":"audit","number":2,"digest":"ef41fd7a007450d021f08661f396e519f9f0d6397bd8757ad4dbbcf213a001c1"}');
INSERT INTO otel_monitoring_notes VALUES ('4e13743ea967a456', 'silence', 'a8fb689b663684dc29083768cf3a99d9', 1728000000000, '{"id":"one","comment":"known\u0000"}');
INSERT INTO otel_monitoring_notes VALUES ('4e13743ea967a456', 'acknowledgement', 'e26907121139f0bec063d0034e1c2e50', 1728000000000, '{"kind":"acknowledged","labels":{"alertname":"High"},"left_s":1000000000.0}');
INSERT INTO otel_monitoring_notes VALUES ('4e13743ea967a456', 'rule', '9b95dea36b71787a4917957eed591625', 1728000000000, '{"kind":"rule","name":"High","expr":"up < 1"}');
INSERT INTO otel_monitoring_notes VALUES ('4e13743ea967a456', 'told', 'ce922f63a01c52df7c0cbada86291807', 1728000000000, '{"group_key":"g","receiver":"ops","channel":"mail","age_s":1.5}');
INSERT INTO otel_monitoring_notes VALUES ('4e13743ea967a456', 'audit_end', 'c781fb5d09bf46c5e32c8c2730bd7080', 2, '{"chain":"audit","number":2,"digest":"ba0fa947d8f77ae225fc2056e9a8dd3fd5ef89769d60f20fdf47406bbdc8f63d"}');
INSERT INTO otel_monitoring_outbox VALUES ('48a7d6aa63d917b3', '36b5e8708ec006c1f7e76ed699ed2241', 'ops/mail', 'waits', 1728000000000, 0, 'a', 1, '["ops/mail","waits",{"status":"firing"}]');
INSERT INTO otel_monitoring_outbox VALUES ('4e13743ea967a456', '36b5e8708ec006c1f7e76ed699ed2241', 'ops/mail', 'waits', 1728000000000, 0, 'a', 1, '["ops/mail","waits",{"status":"firing"}]');
INSERT INTO otel_monitoring_records VALUES (1, '48a7d6aa63d917b3', 'event', 1728000000000, 0, 'signup', 'abababababababababababababababab', 9, 1.5, 0, '\x7b22706c616e223a2270726f227d');
INSERT INTO otel_monitoring_records VALUES (2, '48a7d6aa63d917b3', 'error', 1728000000000, 0, 'ValueError', NULL, 0, NULL, 1, '\x789cab562a49ad2851b2528a2935304835192547c95172941c2547c991492ad502007ab81c56');
INSERT INTO otel_monitoring_records VALUES (3, '4e13743ea967a456', 'event', 1728000000000, 0, 'signup', 'abababababababababababababababab', 9, 1.5, 0, '\x7b22706c616e223a2270726f227d');
INSERT INTO otel_monitoring_records VALUES (4, '4e13743ea967a456', 'error', 1728000000000, 0, 'ValueError', NULL, 0, NULL, 1, '\x789cab562a49ad2851b2528a2935304835192547c95172941c2547c991492ad502007ab81c56');
INSERT INTO otel_monitoring_schema_version VALUES ('0001');
INSERT INTO otel_monitoring_series VALUES (1, 1, 1, 1, '\x78018b8e36d4898e568a8fcf4bcc4d8d8f57d2512a4e2d2a4b4d892fc92f49cc518ad58956cacc2b2e49cc4b4e05c965e417e81a2ac50201002bf51320');
INSERT INTO otel_monitoring_series VALUES (1, 2, 1, 2, '\x78018b8e36d4898e568a8fcf4bcc4d8d8f57d2512a4e2d2a4b4d892fc92f49cc518ad58956cacc2b2e49cc4b4e05c965e417e81a2ac5c602c58dd0f4e5a6e6e61755c6275596a416e3d6170b006a1825c7');
INSERT INTO otel_monitoring_series VALUES (1, 3, 1, 1, '\x78018b8e36d4898e568a8fcf4bcc4d8d8f57d2512a4e2d2a4b4d892fc92f49cc518ad58956cacc2b2e49cc4b4e05c965e417e81a2ac50201002bf51320');
INSERT INTO otel_monitoring_series VALUES (1, 4, 1, 2, '\x78018b8e36d4898e568a8fcf4bcc4d8d8f57d2512a4e2d2a4b4d892fc92f49cc518ad58956cacc2b2e49cc4b4e05c965e417e81a2ac5c602c58dd0f4e5a6e6e61755c6275596a416e3d6170b006a1825c7');
INSERT INTO otel_monitoring_series VALUES (1, 5, 1, 1, '\x78018b8e36d4898e568a8fcf4bcc4d8d8f57d2512a4e2d2a4b4d892fc92f49cc518ad58956cacc2b2e49cc4b4e05c965e417e81a2ac50201002bf51320');
INSERT INTO otel_monitoring_series VALUES (1, 6, 1, 2, '\x78018b8e36d4898e568a8fcf4bcc4d8d8f57d2512a4e2d2a4b4d892fc92f49cc518ad58956cacc2b2e49cc4b4e05c965e417e81a2ac5c602c58dd0f4e5a6e6e61755c6275596a416e3d6170b006a1825c7');
INSERT INTO otel_monitoring_series VALUES (1, 7, 1, 1, '\x78018b8e36d4898e568a8fcf4bcc4d8d8f57d2512a4e2d2a4b4d892fc92f49cc518ad58956cacc2b2e49cc4b4e05c965e417e81a2ac50201002bf51320');
INSERT INTO otel_monitoring_series VALUES (1, 8, 1, 2, '\x78018b8e36d4898e568a8fcf4bcc4d8d8f57d2512a4e2d2a4b4d892fc92f49cc518ad58956cacc2b2e49cc4b4e05c965e417e81a2ac5c602c58dd0f4e5a6e6e61755c6275596a416e3d6170b006a1825c7');
INSERT INTO otel_monitoring_series VALUES (1, 9, 1, 1, '\x78018b8e36d4898e568a8fcf4bcc4d8d8f57d2512a4e2d2a4b4d892fc92f49cc518ad58956cacc2b2e49cc4b4e05c965e417e81a2ac50201002bf51320');
INSERT INTO otel_monitoring_series VALUES (1, 10, 1, 2, '\x78018b8e36d4898e568a8fcf4bcc4d8d8f57d2512a4e2d2a4b4d892fc92f49cc518ad58956cacc2b2e49cc4b4e05c965e417e81a2ac5c602c58dd0f4e5a6e6e61755c6275596a416e3d6170b006a1825c7');
INSERT INTO otel_monitoring_series VALUES (1, 11, 1, 1, '\x78018b8e36d4898e568a8fcf4bcc4d8d8f57d2512a4e2d2a4b4d892fc92f49cc518ad58956cacc2b2e49cc4b4e05c965e417e81a2ac50201002bf51320');
INSERT INTO otel_monitoring_series VALUES (1, 12, 1, 2, '\x78018b8e36d4898e568a8fcf4bcc4d8d8f57d2512a4e2d2a4b4d892fc92f49cc518ad58956cacc2b2e49cc4b4e05c965e417e81a2ac5c602c58dd0f4e5a6e6e61755c6275596a416e3d6170b006a1825c7');
INSERT INTO otel_monitoring_series VALUES (1, 13, 1, 1, '\x78018b8e36d4898e568a8fcf4bcc4d8d8f57d2512a4e2d2a4b4d892fc92f49cc518ad58956cacc2b2e49cc4b4e05c965e417e81a2ac50201002bf51320');
INSERT INTO otel_monitoring_series VALUES (1, 14, 1, 2, '\x78018b8e36d4898e568a8fcf4bcc4d8d8f57d2512a4e2d2a4b4d892fc92f49cc518ad58956cacc2b2e49cc4b4e05c965e417e81a2ac5c602c58dd0f4e5a6e6e61755c6275596a416e3d6170b006a1825c7');
INSERT INTO otel_monitoring_series VALUES (1, 15, 1, 1, '\x78018b8e36d4898e568a8fcf4bcc4d8d8f57d2512a4e2d2a4b4d892fc92f49cc518ad58956cacc2b2e49cc4b4e05c965e417e81a2ac50201002bf51320');
INSERT INTO otel_monitoring_series VALUES (37, 1, 1, 1, '\x78018b8e36d4898e568a8fcf4bcc4d8d8f57d2512a4e2d2a4b4d892fc92f49cc518ad58956cacc2b2e49cc4b4e05ca9564e6e428c4941a991918eb1a2ac5020100b75214d7');
INSERT INTO otel_monitoring_series VALUES (37, 2, 1, 2, '\x780185cb3b0a80300c00d0ab48e60ab68297892154cd50e807da28f4f67676717e3c446b108139fb24cc60a0497de4622dea23904108b9a9cfa70cd310e3b4df6e5bd6d902d160f7e94952a99d8faed27e3bbd6f8a2935');
INSERT INTO otel_monitoring_series VALUES (37, 3, 1, 1, '\x78018b8e36d4898e568a8fcf4bcc4d8d8f57d2512a4e2d2a4b4d892fc92f49cc518ad58956cacc2b2e49cc4b4e05ca9564e6e428c4941a991918eb1a2ac5020100b75214d7');
INSERT INTO otel_monitoring_series VALUES (37, 4, 1, 2, '\x780185cb3b0a80300c00d0ab48e60ab68297892154cd50e807da28f4f67676717e3c446b108139fb24cc60a0497de4622dea23904108b9a9cfa70cd310e3b4df6e5bd6d902d160f7e94952a99d8faed27e3bbd6f8a2935');
INSERT INTO otel_monitoring_series VALUES (37, 5, 1, 1, '\x78018b8e36d4898e568a8fcf4bcc4d8d8f57d2512a4e2d2a4b4d892fc92f49cc518ad58956cacc2b2e49cc4b4e05ca9564e6e428c4941a991918eb1a2ac5020100b75214d7');
INSERT INTO otel_monitoring_series VALUES (37, 6, 1, 2, '\x780185cb3b0a80300c00d0ab48e60ab68297892154cd50e807da28f4f67676717e3c446b108139fb24cc60a0497de4622dea23904108b9a9cfa70cd310e3b4df6e5bd6d902d160f7e94952a99d8faed27e3bbd6f8a2935');
INSERT INTO otel_monitoring_series VALUES (37, 7, 1, 1, '\x78018b8e36d4898e568a8fcf4bcc4d8d8f57d2512a4e2d2a4b4d892fc92f49cc518ad58956cacc2b2e49cc4b4e05ca9564e6e428c4941a991918eb1a2ac5020100b75214d7');
INSERT INTO otel_monitoring_series VALUES (37, 8, 1, 2, '\x780185cb3b0a80300c00d0ab48e60ab68297892154cd50e807da28f4f67676717e3c446b108139fb24cc60a0497de4622dea23904108b9a9cfa70cd310e3b4df6e5bd6d902d160f7e94952a99d8faed27e3bbd6f8a2935');
INSERT INTO otel_monitoring_series VALUES (37, 9, 1, 1, '\x78018b8e36d4898e568a8fcf4bcc4d8d8f57d2512a4e2d2a4b4d892fc92f49cc518ad58956cacc2b2e49cc4b4e05ca9564e6e428c4941a991918eb1a2ac5020100b75214d7');
INSERT INTO otel_monitoring_series VALUES (37, 10, 1, 2, '\x780185cb3b0a80300c00d0ab48e60ab68297892154cd50e807da28f4f67676717e3c446b108139fb24cc60a0497de4622dea23904108b9a9cfa70cd310e3b4df6e5bd6d902d160f7e94952a99d8faed27e3bbd6f8a2935');
INSERT INTO otel_monitoring_series VALUES (37, 11, 1, 1, '\x78018b8e36d4898e568a8fcf4bcc4d8d8f57d2512a4e2d2a4b4d892fc92f49cc518ad58956cacc2b2e49cc4b4e05ca9564e6e428c4941a991918eb1a2ac5020100b75214d7');
INSERT INTO otel_monitoring_series VALUES (37, 12, 1, 2, '\x780185cb3b0a80300c00d0ab48e60ab68297892154cd50e807da28f4f67676717e3c446b108139fb24cc60a0497de4622dea23904108b9a9cfa70cd310e3b4df6e5bd6d902d160f7e94952a99d8faed27e3bbd6f8a2935');
INSERT INTO otel_monitoring_series VALUES (37, 13, 1, 1, '\x78018b8e36d4898e568a8fcf4bcc4d8d8f57d2512a4e2d2a4b4d892fc92f49cc518ad58956cacc2b2e49cc4b4e05ca9564e6e428c4941a991918eb1a2ac5020100b75214d7');
INSERT INTO otel_monitoring_series VALUES (37, 14, 1, 2, '\x780185cb3b0a80300c00d0ab48e60ab68297892154cd50e807da28f4f67676717e3c446b108139fb24cc60a0497de4622dea23904108b9a9cfa70cd310e3b4df6e5bd6d902d160f7e94952a99d8faed27e3bbd6f8a2935');
INSERT INTO otel_monitoring_series VALUES (37, 15, 1, 1, '\x78018b8e36d4898e568a8fcf4bcc4d8d8f57d2512a4e2d2a4b4d892fc92f49cc518ad58956cacc2b2e49cc4b4e05ca9564e6e428c4941a991918eb1a2ac5020100b75214d7');
INSERT INTO otel_monitoring_services VALUES ('48a7d6aa63d917b3', 'shop', 'town', 'production');
INSERT INTO otel_monitoring_services VALUES ('4e13743ea967a456', 'till ☃', '', '');
INSERT INTO otel_monitoring_sources VALUES (1, 'shop-1', '48a7d6aa63d917b3', '', 0, '', 1728000000000, 1728021000000, 36, 1728021600000, 'stopped', '{"service.instance.id":"shop-1"}');
INSERT INTO otel_monitoring_sources VALUES (37, 'till ☃-1', '4e13743ea967a456', '', 0, '', 1728000000000, 1728021000000, 36, 1728021600000, 'stopped', '{"service.instance.id":"till \u2603-1"}');
INSERT INTO otel_monitoring_transitions VALUES (1, '48a7d6aa63d917b3', 'af78854d0b431e33b37712461fcf3197', 1728000000000, 'firing', 'High', '[["alertname","High"],["job","town/shop"],["text","\"\u00e4\\"]]', '{"state":"firing","active_at_ms":1728000000000,"annotations":{"summary":"too\nhigh"},"value":Infinity,"fired_at_ms":null,"resolved_at_ms":null,"last_sent_at_ms":null,"keep_firing_since_ms":null}');
INSERT INTO otel_monitoring_transitions VALUES (2, '4e13743ea967a456', 'af78854d0b431e33b37712461fcf3197', 1728000000000, 'firing', 'High', '[["alertname","High"],["job","town/shop"],["text","\"\u00e4\\"]]', '{"state":"firing","active_at_ms":1728000000000,"annotations":{"summary":"too\nhigh"},"value":Infinity,"fired_at_ms":null,"resolved_at_ms":null,"last_sent_at_ms":null,"keep_firing_since_ms":null}');
INSERT INTO otel_monitoring_windows VALUES (1, 0, 1727992800000, 1728000000000, 1, '\xf54d0101b64c7d3a010a0000060000a7a9240300');
INSERT INTO otel_monitoring_windows VALUES (37, 0, 1727992800000, 1728000000000, 1, '\xf54d0101b64c7d3a010a0000060000a7a9240300');
INSERT INTO otel_monitoring_windows VALUES (1, 0, 1728000000000, 1728007200000, 12, '\xf54d01011425df340c0d002006804fb9a9240303804f12');
INSERT INTO otel_monitoring_windows VALUES (37, 0, 1728000000000, 1728007200000, 12, '\xf54d01011425df340c0d002006804fb9a9240303804f12');
INSERT INTO otel_monitoring_windows VALUES (1, 0, 1728007200000, 1728014400000, 12, '\xf54d01011d3266060c0d002006800995aa240303804f12');
INSERT INTO otel_monitoring_windows VALUES (37, 0, 1728007200000, 1728014400000, 12, '\xf54d01011d3266060c0d002006800995aa240303804f12');
SELECT pg_catalog.setval('otel_monitoring_batches_id_seq', 72, true);
SELECT pg_catalog.setval('otel_monitoring_records_id_seq', 4, true);
SELECT pg_catalog.setval('otel_monitoring_sources_id_seq', 72, true);
SELECT pg_catalog.setval('otel_monitoring_transitions_id_seq', 2, true);
ALTER TABLE ONLY otel_monitoring_about
    ADD CONSTRAINT otel_monitoring_about_pkey PRIMARY KEY (id);
ALTER TABLE ONLY otel_monitoring_alerts
    ADD CONSTRAINT otel_monitoring_alerts_pkey PRIMARY KEY (service, digest);
ALTER TABLE ONLY otel_monitoring_audit
    ADD CONSTRAINT otel_monitoring_audit_pkey PRIMARY KEY (service, number);
ALTER TABLE ONLY otel_monitoring_batches
    ADD CONSTRAINT otel_monitoring_batches_pkey PRIMARY KEY (id);
ALTER TABLE ONLY otel_monitoring_blocks
    ADD CONSTRAINT otel_monitoring_blocks_pkey PRIMARY KEY (source, tier_ms, start_ms, first);
ALTER TABLE ONLY otel_monitoring_dashboards
    ADD CONSTRAINT otel_monitoring_dashboards_pkey PRIMARY KEY (service, id);
ALTER TABLE ONLY otel_monitoring_deliveries
    ADD CONSTRAINT otel_monitoring_deliveries_pkey PRIMARY KEY (service, digest);
ALTER TABLE ONLY otel_monitoring_families
    ADD CONSTRAINT otel_monitoring_families_pkey PRIMARY KEY (source, digest);
ALTER TABLE ONLY otel_monitoring_layouts
    ADD CONSTRAINT otel_monitoring_layouts_pkey PRIMARY KEY (source, number);
ALTER TABLE ONLY otel_monitoring_leases
    ADD CONSTRAINT otel_monitoring_leases_pkey PRIMARY KEY (name);
ALTER TABLE ONLY otel_monitoring_notes
    ADD CONSTRAINT otel_monitoring_notes_pkey PRIMARY KEY (service, kind, digest);
ALTER TABLE ONLY otel_monitoring_outbox
    ADD CONSTRAINT otel_monitoring_outbox_pkey PRIMARY KEY (service, digest);
ALTER TABLE ONLY otel_monitoring_records
    ADD CONSTRAINT otel_monitoring_records_pkey PRIMARY KEY (id);
ALTER TABLE ONLY otel_monitoring_schema_version
    ADD CONSTRAINT otel_monitoring_schema_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY otel_monitoring_series
    ADD CONSTRAINT otel_monitoring_series_pkey PRIMARY KEY (source, layout);
ALTER TABLE ONLY otel_monitoring_services
    ADD CONSTRAINT otel_monitoring_services_pkey PRIMARY KEY (key);
ALTER TABLE ONLY otel_monitoring_sources
    ADD CONSTRAINT otel_monitoring_sources_pkey PRIMARY KEY (id);
ALTER TABLE ONLY otel_monitoring_transitions
    ADD CONSTRAINT otel_monitoring_transitions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY otel_monitoring_windows
    ADD CONSTRAINT otel_monitoring_windows_pkey PRIMARY KEY (source, tier_ms, start_ms);
CREATE INDEX otel_monitoring_audit_service_time_ms ON otel_monitoring_audit USING btree (service, time_ms);
CREATE UNIQUE INDEX otel_monitoring_batches_source_seq ON otel_monitoring_batches USING btree (source, seq);
CREATE INDEX otel_monitoring_batches_time_ms ON otel_monitoring_batches USING btree (time_ms);
CREATE INDEX otel_monitoring_deliveries_service_at_ms ON otel_monitoring_deliveries USING btree (service, at_ms);
CREATE INDEX otel_monitoring_outbox_service_put_ms_sequence ON otel_monitoring_outbox USING btree (service, put_ms, sequence);
CREATE INDEX otel_monitoring_records_service_kind_key_time_ms ON otel_monitoring_records USING btree (service, kind, key, time_ms);
CREATE INDEX otel_monitoring_records_service_kind_time_ms ON otel_monitoring_records USING btree (service, kind, time_ms);
CREATE INDEX otel_monitoring_records_service_time_ms ON otel_monitoring_records USING btree (service, time_ms);
CREATE INDEX otel_monitoring_records_trace ON otel_monitoring_records USING btree (trace);
CREATE UNIQUE INDEX otel_monitoring_sources_instance ON otel_monitoring_sources USING btree (instance);
CREATE INDEX otel_monitoring_sources_service_last_seen_ms ON otel_monitoring_sources USING btree (service, last_seen_ms);
CREATE INDEX otel_monitoring_transitions_service_at_ms ON otel_monitoring_transitions USING btree (service, at_ms);
CREATE UNIQUE INDEX otel_monitoring_transitions_service_digest_at_ms_change ON otel_monitoring_transitions USING btree (service, digest, at_ms, change);
CREATE INDEX otel_monitoring_windows_tier_ms_end_ms ON otel_monitoring_windows USING btree (tier_ms, end_ms);
