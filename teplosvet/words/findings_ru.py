"""Findings in Russian; the placeholders are keys of a finding's data."""

FINDINGS = {
    "register_glitch": "Счётчик один раз показал невозможное значение; оно отброшено.",
    "register_rollover": "Счётчик перешёл через последнюю цифру и начал сначала; энергия посчитана насквозь.",
    "register_reset": "Счётчик начал снова с нуля.",
    "register_decrease": "Показание счётчика уменьшилось, причина неизвестна.",
    "register_jump": "Счётчик рос быстрее, чем может прибор.",
    "register_decimal_change": "Запятая счётчика сдвинута; показания прочитаны с учётом этого.",
    "register_clock_step": "Часы прибора были переведены назад.",
    "meter_exchange": "Прибор был заменён.",
    "outage": "Некоторое время показаний не было.",
    "energy_level_mismatch": (
        "Светильник насчитал {energy_kwh}; часы работы на каждом уровне и мощность на нём дают {level_kwh}."
    ),
    "heat_balance": (
        "Теплосчётчик насчитал {energy_kwh}; по его же объёму и температурам должно быть от {low_kwh} до {high_kwh}."
    ),
    "heat_flow_without_energy": (
        "Теплосчётчик не насчитал энергии, хотя прошло {volume_m3} м³ с охлаждением на {difference_k} К."
    ),
    "heat_power_exceeded": "Теплосчётчик показал {power_kw} кВт, больше возможных {greatest_kw} кВт.",
    "heat_sensor_fault": (
        "Датчик температуры теплосчётчика показывает невозможное: подача {flow_c}, обратка {return_c}."
    ),
    "low_coverage": "Пригодных дней: {used_days} из {days}, {period}.",
    "negative_energy": "Дней с энергией ниже нуля: {days} (всего {energy_kwh}), {period}.",
    "weather_missing": "Дней без погоды: {days}, {period}.",
    "extrapolated_weather": (
        "Дней с погодой, какой не было в базовом периоде: {days}; из них не вошло в расчёт: {left_out_days}."
    ),
    "baseline_too_short": "В базовом периоде пригодных дней: {used_days}; нужно {needed_days}.",
    "baseline_poor_fit": (
        "Модель повторяет базовый период лишь приблизительно: CV(RMSE) {cv_rmse}. Чего это стоит, показывают границы."
    ),
    "constant_load": "Тепло в базовом периоде не зависело от погоды: всё время {mean_kwh} за сутки.",
    "constant_temperature": (
        "Температура в базовом периоде почти не менялась ({temperature_c}): датчик точно на улице?"
    ),
    "not_proven": "Экономия не доказана: границы от {lower_kwh} до {upper_kwh} включают ноль.",
    "not_proven.more_days": (
        "Экономия не доказана: границы от {lower_kwh} до {upper_kwh} включают ноль. Чтобы доказать её, нужно ещё таких "
        "дней: примерно {more_days}."
    ),
    "not_proven.reason": "Экономия не доказана: границы определить нельзя.",
    "negative_saving": "Израсходовано больше, чем было бы без мероприятия: разница {upper_kwh} или сильнее.",
    "period_not_over": "Период длится до {end}; показания есть до {known_until}.",
    "periods_overlap": "Отчётный период пересекается с базовым (общих дней: {days}); выберите другой.",
    "no_reporting_data": "Пригодных дней в отчётном периоде нет, всего дней: {days}.",
    "share_estimated": "Из измеренной энергии {estimated_kwh} – оценка.",
    "autocorrelated": "Соседние дни базового периода похожи (ρ = {rho}); границы поэтому шире.",
    "lamp_failures": "Неисправных светильников: {failed_share}; {energy_kwh} экономией не считается.",
    "hours_not_measured": "{group}: датчики присутствия меняют часы работы, их нужно измерять.",
    "stipulated": "{group}: величина {quantity} ({period}) принята по соглашению, не измерена ({source}).",
    "sample_too_small": "{group}: величина {quantity} ({period}): измерьте ещё {more} точек (есть {measured}).",
    "illuminance_fell": "{group}: {illuminance_lx} лк, темнее, чем было; доля базового уровня {share}.",
    "tariff_gap": "Дней без тарифа: {days} ({named}); о деньгах сказать нечего.",
    "guarantee_above_baseline": (
        "Гарантия за период {guarantee_kwh} больше всего, что было бы израсходовано ({baseline_kwh}); пока договор не "
        "исправлен, к оплате ничего нет."
    ),
    "guarantee_unknown": "Гарантия зависит от градусо-суток, а температура некоторых дней неизвестна.",
    "outside_term": "Дней вне срока договора ({term}): {days}; за них не платят.",
    "cap_reached": "Договор ограничивает все выплаты суммой {cap}: из {earned} к оплате {payable}.",
    "calendar_unknown": "Рабочие дни около {due_on} ещё не утверждены; срок оплаты может сдвинуться.",
    "emission_factor_unknown": "Коэффициент выбросов для региона {region} неизвестен.",
    "other": "Замечание: {code}.",
    "period.baseline": "базовый период",
    "period.reporting": "отчётный период",
}
