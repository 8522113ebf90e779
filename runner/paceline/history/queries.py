"""What is asked of the tables of `paceline.history.schema`.

A `:suite` or `:host` of NULL means all of them. Rows begin with the columns of a `RunRecord`, a `Pace` or a `Finding`.
"""

from __future__ import annotations

from typing import Final

ADD_RUN: Final = "INSERT INTO run VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)"
ADD_REQUEST: Final = "INSERT OR IGNORE INTO request (key) VALUES (?)"
ADD_TIMING: Final = "INSERT INTO timing VALUES (?, ?, ?, ?, ?)"
ADD_COMPARED: Final = "INSERT INTO compared VALUES (?, ?, ?)"
ADD_FINDING: Final = "INSERT INTO finding VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
ADD_FIELD: Final = """
INSERT INTO field VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET last_seen = max(last_seen, excluded.last_seen)"""

REMOVE_BEFORE: Final = "DELETE FROM run WHERE (:suite IS NULL OR suite = :suite) AND started < :before"
REMOVE_ALL_BUT: Final = """
DELETE FROM run WHERE id IN (
    SELECT id FROM run WHERE :suite IS NULL OR suite = :suite
    ORDER BY started DESC, id DESC LIMIT -1 OFFSET :keep)"""
REMOVE_FIELDS: Final = "DELETE FROM field WHERE last_seen < ifnull((SELECT min(started) FROM run), 9e999)"
REMOVE_REQUESTS: Final = """
DELETE FROM request WHERE id NOT IN (
    SELECT request FROM timing UNION SELECT request FROM compared
    UNION SELECT request FROM finding UNION SELECT request FROM field)"""

COUNT: Final = "SELECT count(*) FROM run WHERE :suite IS NULL OR suite = :suite"
RUNS: Final = """
SELECT id, started, suite, environment, host, exit_code, requests, failed FROM run
WHERE :suite IS NULL OR suite = :suite
ORDER BY started DESC, id DESC LIMIT :limit"""
TIMINGS: Final = """
SELECT key, status, elapsed_ms FROM timing JOIN request ON request.id = request WHERE run = ? ORDER BY nth"""
COMPARED: Final = "SELECT key, status FROM compared JOIN request ON request.id = request WHERE run = ? ORDER BY key"
FINDINGS: Final = """
SELECT level, kind, key, status, pointer, old, new, '', '', known
FROM finding JOIN request ON request.id = request WHERE run = ? ORDER BY nth"""

#: When each run began that compared the request, the newest first, and whether it had the finding. A finding of status
#: 0 is about which statuses came, so all of them tell of it.
ROW_OF_RUNS: Final = """
WITH asked (id) AS (SELECT id FROM request WHERE key = :key),
tells (run, started, had) AS (
    SELECT run.id, started, EXISTS (
        SELECT 1 FROM finding, asked WHERE finding.run = run.id AND finding.request = asked.id
        AND status = :status AND kind = :kind AND pointer = :pointer)
    FROM run
    WHERE suite = :suite AND host = :host AND (started, id) < (:started, :run)
    ORDER BY started DESC, id DESC)
SELECT started, had FROM tells
WHERE had OR EXISTS (
    SELECT 1 FROM compared, asked WHERE compared.run = tells.run AND compared.request = asked.id
    AND (:status = 0 OR status = :status))"""

#: The findings of each run after which none of its suite and host compared the request.
OPEN: Final = """
SELECT run.id, started, suite, environment, host, level, kind, key, status, pointer, old, new, '', '', known
FROM finding JOIN run ON run.id = finding.run JOIN request ON request.id = finding.request
WHERE (:suite IS NULL OR suite = :suite) AND (:host IS NULL OR host = :host) AND NOT EXISTS (
    SELECT 1 FROM run AS later
    WHERE (later.started, later.id) > (run.started, run.id) AND later.suite = run.suite AND later.host = run.host
    AND EXISTS (SELECT 1 FROM compared WHERE compared.run = later.id AND compared.request = finding.request))
ORDER BY started DESC, run.id DESC, finding.nth"""

FIELDS: Final = """
SELECT key, pointer FROM field JOIN request ON request.id = request WHERE :key IS NULL OR key = :key ORDER BY key"""
RECENT_TIMES: Final = """
SELECT elapsed_ms FROM run JOIN timing ON timing.run = run.id
WHERE host = :host AND request = (SELECT id FROM request WHERE key = :key) AND status = :status
ORDER BY started DESC, run.id DESC, nth LIMIT :limit"""
TREND: Final = """
SELECT run.id, started, suite, environment, host, status, elapsed_ms FROM run JOIN timing ON timing.run = run.id
WHERE request = (SELECT id FROM request WHERE key = :key) AND run.id IN (
    SELECT id FROM run JOIN timing ON timing.run = run.id AND request = (SELECT id FROM request WHERE key = :key)
    WHERE (:suite IS NULL OR suite = :suite) AND (:host IS NULL OR host = :host)
    GROUP BY id ORDER BY started DESC, id DESC LIMIT :limit)
ORDER BY started, run.id, status, nth"""
KEYS: Final = "SELECT key FROM request ORDER BY key"
