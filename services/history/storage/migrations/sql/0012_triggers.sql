CREATE TRIGGER answers_added AFTER INSERT ON history.answers
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION history.on_answers();

CREATE TRIGGER answers_changed AFTER UPDATE ON history.answers
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION history.on_answers()
