"""Findings in English; the placeholders are keys of a finding's data."""

FINDINGS = {
    "register_glitch": "A register showed a value once that it could not have had; it is left out.",
    "register_rollover": "A register went past its last digit and began again; the energy is counted through.",
    "register_reset": "A register began again from zero.",
    "register_decrease": "A register fell for no known reason.",
    "register_jump": "A register rose faster than its meter can.",
    "register_decimal_change": "The decimal point of a register was moved; its values are read accordingly.",
    "register_clock_step": "The clock of a meter was set back.",
    "meter_exchange": "A meter was exchanged.",
    "outage": "Readings were missing for a while.",
    "energy_level_mismatch": (
        "A light point counted {energy_kwh}; its hours at each level and the power there make {level_kwh}."
    ),
    "heat_balance": (
        "A heat meter counted {energy_kwh}; its own volume and temperatures allow {low_kwh} to {high_kwh}."
    ),
    "heat_flow_without_energy": (
        "A heat meter counted no energy while {volume_m3} m³ went through it, cooled by {difference_k} K."
    ),
    "heat_power_exceeded": "A heat meter showed {power_kw} kW, more than the {greatest_kw} kW it can pass.",
    "heat_sensor_fault": "A temperature sensor of a heat meter cannot be right: {flow_c} in, {return_c} out.",
    "low_coverage": "Only {used_days} of {days} days of the {period} can be used.",
    "negative_energy": "On {days} days of the {period} the energy is below zero ({energy_kwh} in all).",
    "weather_missing": "On {days} days of the {period} the weather is not known.",
    "extrapolated_weather": (
        "On {days} days the weather was beyond what the baseline has seen; {left_out_days} of them are left out."
    ),
    "baseline_too_short": "The baseline has {used_days} usable days; {needed_days} are needed.",
    "baseline_poor_fit": (
        "The model follows the baseline only roughly: CV(RMSE) is {cv_rmse}. The band says what that costs."
    ),
    "constant_load": "Heat did not depend on the weather in the baseline: it was {mean_kwh} a day throughout.",
    "constant_temperature": (
        "The outdoor temperature of the baseline hardly changed ({temperature_c}): is the sensor outdoors?"
    ),
    "not_proven": "The saving is not proven: the band from {lower_kwh} to {upper_kwh} touches zero.",
    "not_proven.more_days": (
        "The saving is not proven: the band from {lower_kwh} to {upper_kwh} touches zero. About {more_days} more days "
        "like these would prove it."
    ),
    "not_proven.reason": "The saving is not proven, because no band can be told.",
    "negative_saving": "More was used than without the measure, by {upper_kwh} at least.",
    "period_not_over": "The period runs until {end}; readings are known until {known_until}.",
    "periods_overlap": "The reporting period shares {days} days with the baseline period: choose one after it.",
    "no_reporting_data": "None of the {days} days of the reporting period can be used.",
    "share_estimated": "Of the metered energy {estimated_kwh} is estimated.",
    "autocorrelated": "The days of the baseline resemble each other (ρ = {rho}); the band is wider for it.",
    "lamp_failures": "{failed_share} of the lamps were out of order; {energy_kwh} is not counted as saving.",
    "hours_not_measured": "{group}: presence sensors change the hours, so they have to be measured.",
    "stipulated": "{group}: {quantity} of the {period} period is agreed upon and not measured ({source}).",
    "sample_too_small": "{group}: {quantity} ({period}): measure {more} more points ({measured} are).",
    "illuminance_fell": "{group}: {illuminance_lx} lx, darker than before; the baseline counts with {share}.",
    "meter_abnormal": (
        "On {days} days, and {baseline_days} of the baseline, the meter was out of its normal state for more than "
        "{hours} h: flow below range {below_range_days}, above range {above_range_days}, temperature difference below "
        "limit {low_dt_days}, fault {meter_fault_days}, no power {no_power_days}. They count as not metered."
    ),
    "days_filled": (
        "{days} days without metered heat are filled by PP RF 1034: {filled_kwh} used, {avoided_kwh} avoided. They are "
        "not in the band and prove nothing."
    ),
    "filled_too_much": "{filled_days} of {days} days are filled: more than half, so that nothing is payable.",
    "fill_no_load": (
        "{days} days stay out: with more than 15 such days in a month the rule needs the contract load. State "
        "`heat_load` with load and design outdoor temperature in the contract's terms."
    ),
    "fill_no_weather": "{days} days could not be filled: their outdoor temperature is unknown, or beyond the baseline.",
    "fill_no_normal_days": "{days} days could not be filled: their month has no normally metered day in the period.",
    "fill_no_heating": "{days} days were not filled: by the rule nothing was heated on them.",
    "adjustment_proposed": (
        "Adjustment No. {number} ({factor}) is proposed and not in the sums: it would change the saving by "
        "{energy_kwh}. Both sides agree it, or it is rejected."
    ),
    "adjustment_without_band": (
        "Adjustment No. {number} ({factor}, {energy_kwh}) states no uncertainty: the band takes it as exact."
    ),
    "adjustment_above_baseline": (
        "Adjustment No. {number} ({factor}), {energy_kwh}, is more than the adjusted baseline of its days, "
        "{baseline_kwh}: withdraw it and propose the right amount."
    ),
    "adjustment_outside_term": (
        "Adjustment No. {number} ({factor}) is about days outside the contract's term ({term}): propose it for days "
        "within."
    ),
    "adjustments_contradict": (
        "Adjustments No. {number} and No. {other} are about the same factor ({factor}) on the same days: agree one, "
        "reject the other."
    ),
    "tariff_gap": "No tariff is known for {days} days ({named}): nothing can be said of the money.",
    "guarantee_above_baseline": (
        "The guarantee of the period, {guarantee_kwh}, is more than all that would have been used, {baseline_kwh}: "
        "nothing is payable until the contract is put right."
    ),
    "guarantee_unknown": "The guarantee follows degree days, and the temperature of some days is not known.",
    "outside_term": "On {days} days the contract does not run ({term}); nothing is paid for them.",
    "cap_reached": "The contract pays {cap} at most in all: of {earned} earned here, {payable} is payable.",
    "calendar_unknown": "The working days around {due_on} are not decreed yet; the due date may move.",
    "emission_factor_unknown": "No emission factor is known for the region {region}.",
    "run_hours_drift": (
        "The lamps burn longer again: {from_h} h a day at first, {to_h} h now, {lost_share} of the hours saved are "
        "lost. Look at the presence sensors."
    ),
    "level_shift": (
        "From {first_day} on, for {days} days, {size_kwh} a day more is used than before. Nothing is adjusted for it: "
        "only if you know what changed in the building, agree a non-routine adjustment."
    ),
    "level_shift.less_kwh": (
        "From {first_day} on, for {days} days, {less_kwh} a day less is used than before. Nothing is adjusted for it: "
        "only if you know what changed in the building, agree a non-routine adjustment."
    ),
    "level_shift.others_c": (
        "These days have a mean outdoor temperature of {shift_c}, the other days of the period of {others_c}: weather, "
        "which the model does not follow everywhere, may be the cause, too."
    ),
    "level_shift.others_h": (
        "These days have {shift_h} dark hours in the mean, the other days of the period {others_h}: the season may be "
        "the cause, too."
    ),
    "saving_fades": (
        "The saving fades: {from_share} of the baseline at the beginning of the period, {to_share} at its end."
    ),
    "other": "Finding: {code}.",
    "period.baseline": "baseline period",
    "period.reporting": "reporting period",
}
