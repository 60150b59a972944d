-- Terms of a contract that decide what is paid: guarantee, surplus, cap, term, dated tariffs, investment, parties.

CREATE TABLE contract_terms (
    contract_id integer PRIMARY KEY REFERENCES contract ON DELETE CASCADE,
    boundary text NOT NULL DEFAULT '',
    option text CHECK (option IN ('A', 'B', 'C', 'D')),
    guarantee_kwh numeric CHECK (guarantee_kwh > 0),
    guarantee_period daterange,
    guarantee_proration text NOT NULL DEFAULT 'days' CHECK (guarantee_proration IN ('days', 'degree-days')),
    guarantee_degree_days numeric CHECK (guarantee_degree_days > 0),
    surplus_rule text NOT NULL DEFAULT 'shared' CHECK (surplus_rule IN ('shared', 'esco', 'customer')),
    surplus_esco_share numeric CHECK (surplus_esco_share BETWEEN 0 AND 1),
    cap numeric CHECK (cap >= 0),
    term daterange,
    indexation_percent numeric,
    indexation_start date,
    payment_days integer CHECK (payment_days BETWEEN 5 AND 45),
    discount_percent numeric CHECK (discount_percent >= 0),
    region text,
    CHECK ((indexation_percent IS NULL) = (indexation_start IS NULL)),
    CHECK ((guarantee_proration = 'degree-days') = (guarantee_degree_days IS NOT NULL))
);

CREATE TABLE contract_party (
    contract_id integer NOT NULL REFERENCES contract ON DELETE CASCADE,
    role text NOT NULL CHECK (role IN ('customer', 'esco')),
    legal_name text NOT NULL,
    inn text,
    signatory text NOT NULL,
    PRIMARY KEY (contract_id, role)
);

CREATE TABLE contract_tariff (
    contract_id integer NOT NULL REFERENCES contract ON DELETE CASCADE,
    period daterange NOT NULL,
    amount numeric NOT NULL CHECK (amount >= 0),
    kind text NOT NULL CHECK (kind IN ('fixed', 'current')),
    PRIMARY KEY (contract_id, period),
    -- one price a day; a range of one integer spares the btree_gist extension
    EXCLUDE USING gist (int4range(contract_id, contract_id, '[]') WITH &&, period WITH &&)
);

CREATE TABLE contract_measure (
    contract_id integer NOT NULL REFERENCES contract ON DELETE CASCADE,
    place integer NOT NULL,
    title text NOT NULL,
    day date NOT NULL,
    investment numeric NOT NULL CHECK (investment >= 0),
    PRIMARY KEY (contract_id, place)
);
