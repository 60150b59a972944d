-- What the consoles need: houses whose page residents may see, and the sums of a statement without its days.

ALTER TABLE building
    ADD COLUMN public boolean NOT NULL DEFAULT false,
    ADD COLUMN flats integer CHECK (flats > 0);

-- A body is mostly days: a list of thousands of contracts would unpack them all for five numbers.
ALTER TABLE statement
    ADD COLUMN verdict jsonb GENERATED ALWAYS AS (body - 'baseline_days' - 'reporting_days') STORED;
