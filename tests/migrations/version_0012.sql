-- A row in each table, and each kind of stored value, that has another name since 0013, and the position that 0014 moves.
INSERT INTO account (id, name, base_url, subdomain, state, time_zone, connected_at, active_since)
VALUES (31000001, 'Окна', 'https://okna.amocrm.ru', 'okna', 'connected', 'Europe/Moscow', '2026-11-20 09:30+00', '2026-11-20 09:30+00');
INSERT INTO crm_mirror (account_id, complete_until)
VALUES (31000001, '{"rosters": "2026-11-20 09:30+00", "lists": "2026-11-20 09:30+00", "events": "2026-11-20 09:30+00"}');
INSERT INTO crm_wish (account_id, kind, entity_id, change, lane, cause, state, asked_at, not_before)
VALUES (31000001, 0, 7, '{"type": "ChangeLead", "lead": 7, "responsible": 5}', 1, 'distribution:1', 'overtaken', '2026-11-20 09:30+00', '2026-11-20 09:30+00');
INSERT INTO crm_fact (account_id, at, fact)
VALUES (31000001, '2026-11-20 09:30+00', '{"type":"WishDelivered","wish":1,"cause":"a:1","created":9}'),
       (31000001, '2026-11-20 09:30+00', '{"type":"WishRefused","wish":2,"cause":"a:2","reason":"wish"}'),
       (31000001, '2026-11-20 09:30+00', '{"type":"WishOvertaken","wish":3,"cause":"a:3"}'),
       (31000001, '2026-11-20 09:30+00', '{"type":"ResponsibleChanged","lead":7,"before":null,"after":5,"by_wish":1}'),
       (31000001, '2026-11-20 09:30+00', '{"type":"ResponsibleChanged","lead":8,"before":4,"after":5}');
INSERT INTO crm_pulse (account_id, at, user_ids, from_at, to_at)
VALUES (31000001, '2026-11-20 09:30+00', '{5,6}', '2026-11-20 09:30+00', '2026-11-20 09:30+00');
INSERT INTO crm_entry (account_id, list, owner, id, name, sort, code, color, type, choices, rights, is_gone)
VALUES (31000001, 'tags', 'lead', 3, 'срочно', 0, '', '', '', '[]', '{}', false);
INSERT INTO amocrm_connection (account_id, is_active, current_user_id, next_poll_at, next_cards_at, hook_state, ahead_seconds, roster_at, lists_at, spoiled_rows)
VALUES (31000001, true, 5, '2026-11-20 09:30+00', '2026-11-20 09:30+00', 'alive', 2.5, '2026-11-20 09:30+00', '2026-11-20 09:30+00', 3);
INSERT INTO amocrm_unread (account_id, path, id, not_before)
VALUES (31000001, 'leads', 7, '2026-11-20 09:30+00');
INSERT INTO amocrm_check (account_id, asked_by, started_at, next_at)
VALUES (31000001, 'night', '2026-11-20 09:30+00', '2026-11-20 09:30+00');
INSERT INTO amocrm_check_part (account_id, check_id, number, path, is_whole, there, held) SELECT account_id, id, 0, 'leads', true, 10, 9 FROM amocrm_check;
INSERT INTO amocrm_check_doubt (account_id, check_id, number, id, not_before) SELECT account_id, id, 0, 7, '2026-11-20 09:30+00' FROM amocrm_check;
INSERT INTO amocrm_minute (account_id, at, kind, answer, requests)
VALUES (31000001, '2026-11-20 09:30+00', 'leads', '200', 12);
INSERT INTO amocrm_vital (account_id, hook_at, hook_lag_seconds)
VALUES (31000001, '2026-11-20 09:30+00', 0.5);
INSERT INTO job_failure (job, key, kind, arguments, reason, first_at, last_at)
VALUES ('amocrm.courier', '31000001', 'gave_up', '{"account": 31000001}', 'x', '2026-11-20 09:30+00', '2026-11-20 09:30+00');
INSERT INTO rate_limit (account_id, name, free_at_us)
VALUES (31000001, 'amocrm.check', 17);
INSERT INTO distribution_position (account_id, fact_id) VALUES (31000001, 4);
