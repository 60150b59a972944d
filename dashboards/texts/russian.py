"""The console in Russian. Forms after ``|`` are plurals, counted by ``{n}``."""

TEXTS = {
    "name": "Теплосвет",
    "houses": "Дома",
    "house": "Дом",
    "skip": "К содержанию",
    "language": "Язык",
    "unit": "Энергия в",
    "unknown": "нет данных",
    "zone": "Время указано по поясу {zone}.",
    # time
    "ago.now": "только что",
    "ago.seconds": "{n} с назад",
    "ago.minutes": "{n} мин назад",
    "ago.hours": "{n} ч назад",
    "never": "ни разу",
    "during.month": "За {month}",
    "during.days": "С {start} по {end}",
    "period.months": "{start} – {end}",
    "period.days": "{start} – {end}",
    # houses
    "houses.none": "Домов пока нет.",
    "houses.none.do": "Опишите объект в файле и примените его: дома сразу появятся здесь.",
    "houses.well": "Всё в порядке: {n} дом.|Всё в порядке: {n} дома.|Всё в порядке: {n} домов.",
    "houses.attention": (
        "Внимания требует {n} дом из {all}.|Внимания требуют {n} дома из {all}.|Внимания требуют {n} домов из {all}."
    ),
    "saved.proven": (
        "Сэкономлено {energy}, доказано по {n} договору из {all} ({confidence})."
        "|Сэкономлено {energy}, доказано по {n} договорам из {all} ({confidence})."
        "|Сэкономлено {energy}, доказано по {n} договорам из {all} ({confidence})."
    ),
    "saved.none": "Экономия пока не доказана.",
    "saved.no_contracts": "Договоров пока нет: добавьте договор в файл объекта, чтобы увидеть экономию.",
    "saved.note": (
        "По последнему расчёту каждого договора. Погрешности договоров сложены: это самая широкая граница, как если бы "
        "все они ошибались в одну сторону."
    ),
    "state": "Состояние",
    "state.well": "в порядке",
    "state.silent": "молчит {n} прибор|молчат {n} прибора|молчат {n} приборов",
    "state.no_devices": "приборов пока нет",
    "state.loss": "расход больше прежнего",
    "state.refused": "нет результата",
    "devices": "Приборы",
    "devices.n": "{n} прибор|{n} прибора|{n} приборов",
    "last_reading": "Последнее показание",
    "saving": "Экономия",
    "saving.share": "Доля",
    "interval": "{share} приведённого базового уровня, от {low} до {high}",
    "coverage": "Полнота",
    "coverage.days": "в расчёт вошло дней: {used} из {days}",
    "proven": "доказано",
    "not_proven": "не доказано",
    "refused": "нет результата",
    "no_statement": "расчёта пока нет",
    "no_contract": "договора нет",
    "contract": "Договор",
    # last readings
    "live": "Последние показания",
    "live.lost": "Теплосвет не отвечает. Значения на указанное время; страница пробует снова.",
    "live.as_of": "На {time}",
    "live.none": "Показаний пока нет.",
    "live.none.do": "Как только зарегистрированный прибор передаст данные, они появятся здесь.",
    "age": "Возраст",
    "device": "Прибор",
    "values": "Значения",
    # contract
    "lede.proven": "{during} сэкономлено {energy} ({confidence})",
    "lede.guarantee": ", это {share} гарантии",
    "lede.payable": "К оплате {money}.",
    "lede.not_proven": "{during} экономия не доказана: {energy} ({confidence}), границы включают ноль.",
    "lede.no_band": "{during} экономия не доказана: {energy}, границы определить нельзя.",
    "lede.more_days": (
        "Чтобы доказать её, нужен примерно ещё {n} такой день.|Чтобы доказать её, нужно примерно ещё {n} таких дня."
        "|Чтобы доказать её, нужно примерно ещё {n} таких дней."
    ),
    "lede.loss": "{during} израсходовано на {energy} больше, чем было бы без мероприятия ({confidence}).",
    "lede.refused": "{during} сделать вывод нельзя.",
    "lede.nothing_payable": "К оплате ничего.",
    "lede.no_statement": "По этому договору расчёта ещё не было.",
    "no_statement.do": "Сделайте расчёт, когда будут показания за базовый и отчётный периоды:",
    "period": "Период",
    "plot.daily": "Приведённый базовый уровень и измеренная энергия по дням",
    "plot.cumulative": "Экономия нарастающим итогом",
    "plot.fit": "Модель базового уровня",
    "plot.energy": "Энергия по дням: {carrier}",
    "plot.daily.about": (
        "{start} – {end}: без мероприятия {baseline}, измерено {metered}, из них оценка {estimated}. Дней без данных: "
        "{unknown}."
    ),
    "plot.cumulative.about": "Экономия, сложенная по дням, достигает {energy} ({confidence}) на {end}.",
    "plot.fit.about": (
        "Энергия за {n} базовый день, по оси – {variable}.|Энергия за {n} базовых дня, по оси – {variable}."
        "|Энергия за {n} базовых дней, по оси – {variable}."
    ),
    "plot.energy.about": "{start} – {end}: {metered}, из них оценка {estimated}. Дней без данных: {unknown}.",
    "plot.cumulative.note": (
        "В конце – границы расчёта. До конца они показаны так, как растут по ASHRAE Guideline 14: пропорционально "
        "приведённому базовому уровню, делённому на корень из числа дней."
    ),
    "plot.none": "Показывать пока нечего.",
    "axis.per_day": "{unit} за сутки",
    "axis.variable": "{variable}, {unit}",
    "series.metered": "измерено",
    "series.estimated": "оценка",
    "series.baseline": "приведённый базовый уровень",
    "series.saving": "экономия",
    "series.band": "границы, {confidence}",
    "series.guarantee": "гарантия",
    "series.left_out": "не вошло в расчёт",
    "series.used_day": "день модели",
    "series.unused_day": "день не использован",
    "series.model": "модель",
    "table.show": "Таблица данных",
    "day": "День",
    "counted": "В расчёте",
    "counted.yes": "да",
    "fitted": "Модель",
    "in_fit": "В модели",
    "yes": "да",
    "no": "нет",
    "avoided.day": "Экономия за день",
    "avoided.sum": "Итог",
    "lower": "Нижняя граница",
    "upper": "Верхняя граница",
    "left_out.no_energy": "нет данных об энергии",
    "left_out.estimated": "почти всё – оценка",
    "left_out.no_weather": "погода неизвестна",
    "left_out.outside_baseline": "погоды нет в базовом периоде",
    # sums
    "sums": "Как это посчитано",
    "sums.baseline": "Приведённый базовый уровень",
    "sums.adjustment.failed_lamps": "Неисправные светильники",
    "sums.adjustment": "Поправка: {kind}",
    "sums.metered": "Измерено",
    "sums.estimated": "из них оценка",
    "sums.avoided": "Экономия",
    "sums.band": "Границы, {confidence}",
    "sums.coverage": "{used} из {n} дня, {share}|{used} из {n} дней, {share}|{used} из {n} дней, {share}",
    "sums.fraction": "Доля базового уровня",
    "sums.guarantee": "Гарантия",
    "sums.guarantee_share": "от гарантии",
    "money": "Деньги",
    "money.tariff": "Тариф",
    "money.value": "Стоимость экономии",
    "money.share": "Доля энергосервисной компании",
    "money.payable": "К оплате",
    # fit
    "model": "Модель",
    "model.1P": "среднее (1P)",
    "model.2PH": "линия отопления (2P)",
    "model.2PC": "прямая (2P)",
    "model.3PH": "отопление с точкой излома (3P)",
    "model.3PC": "охлаждение с точкой излома (3P)",
    "model.4P": "ломаная (4P)",
    "model.5P": "отопление и охлаждение (5P)",
    "variable": "Независимая переменная",
    "variable.outdoor_temperature_c": "температура наружного воздуха",
    "variable.dark_hours_h": "тёмное время",
    "variable.none": "нет",
    "fit.base": "Постоянная часть",
    "fit.heating_slope": "Наклон отопления",
    "fit.cooling_slope": "Наклон охлаждения",
    "fit.dark_slope": "Наклон по тёмному времени",
    "fit.heating_change_point": "Точка излома отопления",
    "fit.cooling_change_point": "Точка излома охлаждения",
    "fit.cv_rmse": "CV(RMSE)",
    "fit.nmbe": "NMBE",
    "fit.r2": "R²",
    "fit.rho": "ρ соседних дней",
    "fit.n": "Дней n",
    "fit.n_effective": "Независимых дней n′",
    "fit.coverage": "Дней базового периода в модели",
    "baseline": "Базовый период",
    # about the statement
    "about": "Расчёт",
    "about.version": "Версия",
    "about.made": "Сделан",
    "about.method": "Метод",
    "method.change-point-daily": "точка излома по суточной энергии, версия {version}",
    "method.light-option-b": "IPMVP, вариант B для освещения, версия {version}",
    "about.digest": "Контрольная сумма",
    "about.customer": "Заказчик",
    "about.esco": "Энергосервисная компания",
    "findings": "Что важно знать",
    "findings.none": "Замечаний нет.",
    "severity.1": "К сведению",
    "severity.2": "Внимание",
    "severity.3": "Нет результата",
    # house
    "house.well": "Все приборы на связи: {n}.",
    "house.one_well": "Единственный прибор на связи.",
    "house.silent": "Молчит {n} прибор из {all}.|Молчат {n} прибора из {all}.|Молчат {n} приборов из {all}.",
    "house.no_devices": "Приборов в этом доме пока нет.",
    "house.no_devices.do": "Добавьте установку прибора в файл объекта и примените его.",
    "house.no_energy": "Дней с энергией пока нет: первый появится через час после показаний.",
    "entrances": "Парадные",
    "entrance": "Парадная",
    "entrance.none": "весь дом",
    "floor": "Этаж",
    "serial": "Заводской номер",
    # carriers and classes
    "carrier.heat": "тепло",
    "carrier.light": "свет",
    "carrier.electricity": "электричество",
    "carrier.water": "вода",
    "carrier.climate": "климат",
    # errors
    "error.unknown": "По этому адресу ничего нет.",
    "error.unknown.do": "Ничего не потеряно. Из списка домов можно дойти до всего, что есть.",
    "error.period": "Период прочитать нельзя.",
    "error.period.do": "Нужны две даты – первый день и день после последнего, например 2025-10-01/2026-05-01.",
    "error.unavailable": "База данных сейчас не отвечает.",
    "error.unavailable.do": "Показания хранит брокер, ничего не потеряно. Попробуйте через минуту.",
    "error.to_houses": "К домам",
}

QUANTITIES = {
    "quantity.light_energy_kwh": "счётчик энергии",
    "quantity.lamp_on_time_h": "часы горения",
    "quantity.light_power_w": "мощность",
    "quantity.light_level_percent": "яркость",
    "quantity.illuminance_lx": "освещённость",
    "quantity.presence": "присутствие",
    "quantity.lamp_failure": "отказ лампы",
    "quantity.gear_operating_time_h": "время работы драйвера",
    "quantity.presence_share_percent": "доля времени присутствия",
    "quantity.movements": "движений",
    "quantity.override_mode": "ручной режим",
    "quantity.luminaire_temperature_c": "температура драйвера",
    "quantity.heat_energy_kwh": "счётчик тепла",
    "quantity.heat_volume_m3": "счётчик объёма",
    "quantity.flow_volume_temperature_m3c": "объём × температура подачи",
    "quantity.return_volume_temperature_m3c": "объём × температура обратки",
    "quantity.operating_time_h": "наработка",
    "quantity.heat_power_kw": "мощность",
    "quantity.heat_flow_m3h": "расход",
    "quantity.flow_temperature_c": "подача",
    "quantity.return_temperature_c": "обратка",
    "quantity.heat_error_flags": "флаги ошибок",
    "quantity.heat_quality_flags": "флаги качества",
    "quantity.cooling_energy_kwh": "счётчик холода",
    "quantity.return_volume_m3": "объём в обратном трубопроводе",
    "quantity.flow_mass_t": "масса в подающем трубопроводе",
    "quantity.return_mass_t": "масса в обратном трубопроводе",
    "quantity.error_time_h": "время ошибки",
    "quantity.flow_pressure_kpa": "давление в подающем трубопроводе",
    "quantity.return_pressure_kpa": "давление в обратном трубопроводе",
    "quantity.active_energy_kwh": "счётчик энергии",
    "quantity.reactive_energy_kvarh": "реактивная энергия",
    "quantity.active_power_w": "мощность",
    "quantity.voltage_v": "напряжение",
    "quantity.current_a": "ток",
    "quantity.frequency_hz": "частота",
    "quantity.power_factor": "коэффициент мощности",
    "quantity.water_volume_m3": "счётчик воды",
    "quantity.water_flow_m3h": "расход",
    "quantity.water_temperature_c": "температура",
    "quantity.outdoor_temperature_c": "на улице",
    "quantity.indoor_temperature_c": "в помещении",
    "quantity.relative_humidity_percent": "влажность",
    "quantity.flow_setpoint_c": "уставка подачи",
    "quantity.indoor_setpoint_c": "уставка помещения",
    "quantity.valve_position_percent": "положение клапана",
}

FINDINGS = {
    "finding.register_glitch": "Счётчик один раз показал невозможное значение; оно отброшено.",
    "finding.register_rollover": "Счётчик перешёл через последнюю цифру и начал сначала; энергия посчитана насквозь.",
    "finding.register_reset": "Счётчик начал снова с нуля.",
    "finding.register_decrease": "Показание счётчика уменьшилось, причина неизвестна.",
    "finding.register_jump": "Счётчик рос быстрее, чем может прибор.",
    "finding.register_decimal_change": "Запятая счётчика сдвинута; показания прочитаны с учётом этого.",
    "finding.register_clock_step": "Часы прибора были переведены назад.",
    "finding.meter_exchange": "Прибор был заменён.",
    "finding.outage": "Некоторое время показаний не было.",
    "finding.energy_level_mismatch": (
        "Светильник насчитал {energy_kwh}; часы работы на каждом уровне и мощность на нём дают {level_kwh}."
    ),
    "finding.heat_balance": (
        "Теплосчётчик насчитал {energy_kwh}; по его же объёму и температурам должно быть от {low_kwh} до {high_kwh}."
    ),
    "finding.heat_flow_without_energy": (
        "Теплосчётчик не насчитал энергии, хотя прошло {volume_m3} м³ с охлаждением на {difference_k} К."
    ),
    "finding.heat_power_exceeded": "Теплосчётчик показал {power_kw} кВт, больше возможных {greatest_kw} кВт.",
    "finding.heat_sensor_fault": (
        "Датчик температуры теплосчётчика показывает невозможное: подача {flow_c}, обратка {return_c}."
    ),
    "finding.low_coverage": "Пригодных дней: {used_days} из {days}, {period}.",
    "finding.negative_energy": "Дней с энергией ниже нуля: {days} (всего {energy_kwh}), {period}.",
    "finding.weather_missing": "Дней без погоды: {days}, {period}.",
    "finding.extrapolated_weather": (
        "Дней с погодой, какой не было в базовом периоде: {days}; из них не вошло в расчёт: {left_out_days}."
    ),
    "finding.baseline_too_short": "В базовом периоде пригодных дней: {used_days}; нужно {needed_days}.",
    "finding.baseline_poor_fit": (
        "Модель повторяет базовый период лишь приблизительно: CV(RMSE) {cv_rmse}. Чего это стоит, показывают границы."
    ),
    "finding.constant_load": "Тепло в базовом периоде не зависело от погоды: всё время {mean_kwh} за сутки.",
    "finding.constant_temperature": (
        "Температура в базовом периоде почти не менялась ({temperature_c}): датчик точно на улице?"
    ),
    "finding.not_proven": "Экономия не доказана: границы от {lower_kwh} до {upper_kwh} включают ноль.",
    "finding.not_proven.more_days": (
        "Экономия не доказана: границы от {lower_kwh} до {upper_kwh} включают ноль. Чтобы доказать её, нужно ещё таких "
        "дней: примерно {more_days}."
    ),
    "finding.not_proven.reason": "Экономия не доказана: границы определить нельзя.",
    "finding.negative_saving": "Израсходовано больше, чем было бы без мероприятия: разница {upper_kwh} или сильнее.",
    "finding.period_not_over": "Период длится до {end}; показания есть до {known_until}.",
    "finding.periods_overlap": "Отчётный период пересекается с базовым (общих дней: {days}); выберите другой.",
    "finding.no_reporting_data": "Пригодных дней в отчётном периоде нет, всего дней: {days}.",
    "finding.share_estimated": "Из измеренной энергии {estimated_kwh} – оценка.",
    "finding.autocorrelated": "Соседние дни базового периода похожи (ρ = {rho}); границы поэтому шире.",
    "finding.lamp_failures": "Неисправных светильников: {failed_share}; {energy_kwh} экономией не считается.",
    "finding.level_shift": (
        "С {first_day} (дней: {days}) расходуется на {size_kwh} в сутки больше, чем до этого. В расчёте это не учтено: "
        "если в здании что-то изменилось, согласуйте нестандартную корректировку."
    ),
    "finding.level_shift.less_kwh": (
        "С {first_day} (дней: {days}) расходуется на {less_kwh} в сутки меньше, чем до этого. В расчёте это не учтено: "
        "если в здании что-то изменилось, согласуйте нестандартную корректировку."
    ),
    "finding.saving_fades": ("Экономия слабеет: {from_share} базового расхода в начале периода, {to_share} в конце."),
    "finding.other": "Замечание: {code}.",
    "finding.period.baseline": "базовый период",
    "finding.period.reporting": "отчётный период",
}

TEXTS |= QUANTITIES | FINDINGS
