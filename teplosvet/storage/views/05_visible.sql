-- What the reader of this connection may see: every view that people read selects from these two.
DROP VIEW IF EXISTS visible_building CASCADE;
CREATE VIEW visible_building AS SELECT id AS building_id FROM building;

DROP VIEW IF EXISTS visible_contract CASCADE;
CREATE VIEW visible_contract AS SELECT id AS contract_id FROM contract;
