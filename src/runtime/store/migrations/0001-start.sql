-- The journal, and the views that are folded from it.
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  stream TEXT NOT NULL,
  version INTEGER NOT NULL,
  type TEXT NOT NULL,
  type_version INTEGER NOT NULL,
  at TEXT NOT NULL,
  caller TEXT NOT NULL,
  causation_id TEXT,
  payload TEXT NOT NULL,
  checksum INTEGER NOT NULL,
  is_housekeeping INTEGER NOT NULL,
  is_erased INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX events_stream ON events (stream, version);
CREATE INDEX events_housekeeping ON events (seq) WHERE is_housekeeping = 1;

-- Streams of deleted sessions whose payloads are still to be blanked.
CREATE TABLE erasures (
  stream TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  session_id TEXT PRIMARY KEY,
  po_name TEXT NOT NULL,
  name TEXT,
  source TEXT NOT NULL,
  agent_mode TEXT NOT NULL,
  workspace TEXT NOT NULL,
  context TEXT NOT NULL,
  metadata TEXT NOT NULL,
  active_tools TEXT NOT NULL,
  iteration_count INTEGER NOT NULL,
  message_count INTEGER NOT NULL,
  turn_id TEXT,
  is_parked INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  updated_seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_updated ON sessions (updated_seq);
CREATE INDEX sessions_running ON sessions (turn_id) WHERE turn_id IS NOT NULL;

CREATE TABLE messages (
  seq INTEGER PRIMARY KEY,
  session_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  turn_id TEXT,
  role TEXT NOT NULL,
  content TEXT NOT NULL,
  name TEXT,
  tool_call_id TEXT,
  tool_calls TEXT NOT NULL,
  attachments TEXT NOT NULL,
  reasoning TEXT,
  source TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX messages_session ON messages (session_id, seq);
CREATE INDEX messages_message ON messages (message_id);
CREATE VIRTUAL TABLE message_text USING fts5 (
  content, content = 'messages', content_rowid = 'seq', tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO message_text (message_text, rank) VALUES ('secure-delete', 1);

CREATE TABLE queued_messages (
  seq INTEGER PRIMARY KEY,
  session_id TEXT NOT NULL,
  turn_id TEXT NOT NULL,
  message_id TEXT NOT NULL
) STRICT;
CREATE INDEX queued_messages_session ON queued_messages (session_id, seq);

CREATE TABLE message_keys (
  message_key TEXT PRIMARY KEY,
  session_id TEXT NOT NULL,
  turn_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX message_keys_session ON message_keys (session_id);

CREATE TABLE turns (
  turn_id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL,
  status TEXT NOT NULL,
  model TEXT,
  message_id TEXT,
  stop_reason TEXT,
  error TEXT,
  model_call_id TEXT,
  model_calls INTEGER NOT NULL,
  tool_rounds INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cached_tokens INTEGER NOT NULL,
  reasoning_tokens INTEGER NOT NULL,
  cost_usd REAL,
  started_at TEXT,
  ended_at TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX turns_session ON turns (session_id);

CREATE TABLE denials (
  seq INTEGER PRIMARY KEY,
  session_id TEXT NOT NULL,
  turn_id TEXT NOT NULL,
  tool TEXT NOT NULL,
  subject TEXT NOT NULL,
  reason TEXT NOT NULL,
  allow_with TEXT NOT NULL
) STRICT;
CREATE INDEX denials_session ON denials (session_id);
CREATE INDEX denials_turn ON denials (turn_id, seq);

CREATE TABLE requests (
  request_id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL,
  turn_id TEXT NOT NULL,
  state TEXT NOT NULL,
  seq INTEGER NOT NULL,
  request TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX requests_session ON requests (session_id);
CREATE INDEX requests_turn ON requests (turn_id);
CREATE INDEX requests_open ON requests (seq) WHERE state = 'open';

CREATE TABLE usage (
  session_id TEXT NOT NULL,
  model TEXT NOT NULL,
  calls INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cached_tokens INTEGER NOT NULL,
  reasoning_tokens INTEGER NOT NULL,
  cost_usd REAL,
  PRIMARY KEY (session_id, model)
) STRICT, WITHOUT ROWID;

-- `loaded_seq` and `state_seq` are the rows that a rebuild needs: housekeeping spares them.
CREATE TABLE objects (
  po_name TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  hash TEXT,
  loaded_seq INTEGER,
  state_seq INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE connectors (
  connector_id TEXT PRIMARY KEY,
  connector_type TEXT NOT NULL,
  client TEXT NOT NULL,
  since TEXT NOT NULL,
  seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
