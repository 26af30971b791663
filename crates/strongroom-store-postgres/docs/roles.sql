-- Who may do what, for a store in the schema `strongroom`. Run by the owner of the schema, once the store was opened once.
--
-- owner             opens first and makes the tables; migrates them. Not for everyday use.
-- strongroom_app    reads and writes; appends to the log, and can neither change nor delete what is in it.
-- strongroom_pruner an application that may also prune old prefixes of the log, through one function alone.

CREATE ROLE strongroom_app LOGIN;
CREATE ROLE strongroom_pruner LOGIN IN ROLE strongroom_app;

GRANT USAGE ON SCHEMA strongroom TO strongroom_app;
GRANT SELECT, UPDATE ON strongroom.meta TO strongroom_app;
GRANT SELECT, UPDATE ON strongroom.locks TO strongroom_app;
GRANT SELECT, INSERT, DELETE ON strongroom.commits TO strongroom_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON strongroom.rows TO strongroom_app;
GRANT SELECT, INSERT ON strongroom.log TO strongroom_app;
GRANT EXECUTE ON FUNCTION strongroom.prune(int2[], bytea[]) TO strongroom_pruner;
