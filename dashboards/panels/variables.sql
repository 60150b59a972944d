-- Choices above dashboards: what the reader may see, and what belongs to the choice before.

-- name: carrier
SELECT DISTINCT carrier AS __value, carrier AS __text FROM panel_contract ORDER BY 1;

-- name: building
SELECT building AS __value, building_title AS __text FROM panel_building ORDER BY 2, 1;

-- name: kind
SELECT kind AS __value, kind AS __text
FROM (VALUES ('heat', 1), ('light', 2), ('electricity', 3)) AS carrier (kind, place)
WHERE EXISTS (SELECT FROM panel_energy_daily e WHERE e.building = ${building:sqlstring} AND e.carrier = kind)
ORDER BY place;

-- name: entrance
SELECT DISTINCT coalesce(entrance, '') AS __value, coalesce(entrance, '') AS __text
FROM panel_device
WHERE building = ${building:sqlstring} AND class = 'light'
ORDER BY 1;

-- name: device
SELECT device AS __value, device AS __text FROM panel_device WHERE building = ${building:sqlstring} ORDER BY 1;

-- name: quantity
SELECT quantity AS __value, quantity AS __text
FROM panel_quantity q
WHERE device = ${device:sqlstring}
      AND EXISTS (SELECT FROM panel_state_hourly s WHERE s.device = q.device AND s.quantity = q.quantity)
ORDER BY 1;

-- name: contract
SELECT contract AS __value, contract_title AS __text FROM panel_contract ORDER BY 2, 1;

-- name: zone_of_building
SELECT zone FROM panel_building WHERE building = ${building:sqlstring};

-- name: zone_of_contract
SELECT b.zone FROM panel_contract c JOIN panel_building b ON b.building = c.building WHERE c.contract = ${contract:sqlstring};
