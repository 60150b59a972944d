// Options of Apache ECharts from a panel's answer. Colours come from the style sheet; a gap stays a gap; one y axis.
"use strict";

const TeplosvetCharts = (() => {
  const MANY = 2000;

  // Surroundings: colours, numbers and times of the page.
  function surroundings(board, body) {
    const style = getComputedStyle(body);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    const names = ["ink", "paper", "muted", "accent", "warmth", "light", "good", "attention", "fault", "baseline", "hairline", "soft"];
    const language = board.dataset.language;
    const format = new Map();
    const number = (value, decimals) => {
      if (!format.has(decimals)) {
        format.set(decimals, new Intl.NumberFormat(language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }));
      }
      return format.get(decimals).format(value);
    };
    const clock = new Intl.DateTimeFormat("en-GB", {
      timeZone: board.dataset.zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
    });
    return {
      c: Object.fromEntries(names.map((name) => [name, colour(name)])),
      font: style.fontFamily,
      language,
      number,
      energy: board.dataset.energy,
      kwh: board.dataset.gcal ? 1 / 1163 : 1,
      words: JSON.parse(board.dataset.words),
      // The wall clock of the house as if it were Greenwich's: ECharts is told to use UTC.
      wall(text) {
        const part = Object.fromEntries(clock.formatToParts(new Date(text)).map((each) => [each.type, each.value]));
        return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
      },
      day: (at) => new Intl.DateTimeFormat(language, { timeZone: "UTC", day: "numeric", month: "short" }).format(at),
      moment: (at, withHour) => new Intl.DateTimeFormat(language, {
        timeZone: "UTC", day: "numeric", month: "short", year: "numeric", ...(withHour ? { hour: "2-digit", minute: "2-digit" } : {}),
      }).format(at),
    };
  }

  const scale = (column, s) => (column.unit === "kWh" ? s.kwh : column.unit === "share" ? 100 : 1);
  const unitOf = (column, s) => (column.unit === "kWh" ? s.energy : column.unit === "share" ? "%" : column.symbol);
  const titled = (column, s) => (unitOf(column, s) ? `${column.title}, ${unitOf(column, s)}` : column.title);

  function figure(value, column, s) {
    if (value === null || value === undefined || Number.isNaN(value)) return "–";
    const size = Math.abs(value);
    const decimals = column.unit === "count" ? 0 : column.unit === "money" ? 2 : size >= 100 ? 0 : size >= 10 ? 1 : 2;
    const unit = unitOf(column, s);
    return s.number(value, decimals) + (unit ? `\u00a0${unit}` : "");
  }

  // Columns as vectors: numbers in the unit that is shown, times on the wall clock, words as they are.
  function vectors(told, s) {
    return told.columns.map((column, n) => ({
      ...column,
      values: told.rows.map((row) => {
        const value = row[n];
        if (value === null) return null;
        if (column.kind === "instant") return s.wall(value);
        if (column.kind === "number" || column.kind === "money") return Number(value) * scale(column, s);
        return value;
      }),
    }));
  }

  const of = (columns, part) => columns.filter((column) => column.part === part);
  const say = (word, s) => s.words[word] ?? word;
  const label = (column, value, s) => (column.kind === "day" ? s.moment(Date.parse(value), false) : say(value, s));
  const hatch = (s) => ({ symbol: "rect", color: s.c.paper, dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4 });

  function frame(s) {
    return {
      useUTC: true,
      animation: false,
      textStyle: { fontFamily: s.font, color: s.c.muted },
      aria: { enabled: true, label: { enabled: false }, decal: { show: false } },
      grid: { left: 8, right: 24, top: 52, bottom: 8, containLabel: true },
      tooltip: {
        renderMode: "richText", confine: true, backgroundColor: s.c.paper, borderColor: s.c.baseline,
        textStyle: { color: s.c.ink, fontFamily: s.font, fontSize: 13 },
      },
    };
  }

  const lines = (s) => ({ axisLine: { onZero: false, lineStyle: { color: s.c.baseline } }, axisTick: { lineStyle: { color: s.c.baseline } }, splitLine: { lineStyle: { color: s.c.hairline } }, axisLabel: { color: s.c.muted, hideOverlap: true } });

  function timeAxis(s) {
    return {
      type: "time", ...lines(s), splitLine: { show: false },
      axisLabel: {
        color: s.c.muted, hideOverlap: true,
        formatter: (at) => (at % 86_400_000 ? new Date(at).toISOString().slice(11, 16) : s.day(at)),
      },
    };
  }

  function valueAxis(column, s, zero) {
    return {
      type: "value", name: titled(column, s), nameLocation: "end", nameTextStyle: { color: s.c.muted, align: "left" }, scale: !zero, ...lines(s),
      axisLabel: { color: s.c.muted, hideOverlap: true, formatter: (value) => s.number(value, Number.isInteger(value) ? 0 : Math.abs(value) < 1 ? 2 : 1) },
      ...(column.unit === "count" ? { minInterval: 1 } : {}),
    };
  }

  const legend = (s) => ({ type: "scroll", top: 0, right: 0, textStyle: { color: s.c.ink }, pageTextStyle: { color: s.c.muted }, itemWidth: 20, itemHeight: 10 });

  // The band between two bounds: a quadrilateral from each row to the next, only where both are known.
  function band(x, lower, upper, colour) {
    const data = x.map((at, n) => [at, lower[n], upper[n], n + 1 < x.length ? x[n + 1] : null, lower[n + 1] ?? null, upper[n + 1] ?? null]);
    return {
      type: "custom", silent: true, z: 1, tooltip: { show: false }, encode: { x: 0, y: [1, 2] },
      data: data.filter((row) => row.every((cell) => cell !== null)),
      renderItem(_params, api) {
        const at = (n, m) => api.coord([api.value(n), api.value(m)]);
        return { type: "polygon", shape: { points: [at(0, 1), at(3, 4), at(3, 5), at(0, 2)] }, style: { fill: colour, opacity: 0.22 } };
      },
    };
  }

  function timeSeries(columns, s) {
    const [time] = of(columns, "time");
    const drawn = columns.filter((column) => ["value", "metered", "estimated", "reference"].includes(column.part));
    const [lower] = of(columns, "lower");
    const [upper] = of(columns, "upper");
    const [metered] = of(columns, "metered");
    const bars = drawn.some((column) => column.part === "estimated");
    const series = [];
    if (lower && upper) series.push(band(time.values, lower.values, upper.values, s.c.accent));
    const [split] = of(columns, "series");
    const palette = [s.c.accent, s.c.warmth, s.c.light, s.c.good, s.c.muted];
    const marks = ["circle", "rect", "triangle", "diamond", "emptyCircle"];
    const strokes = ["solid", [8, 3], [2, 3], [8, 3, 2, 3], "solid"];
    if (split) {
      const named = { heat: s.c.warmth, light: s.c.light, electricity: s.c.accent, water: s.c.good };
      [...new Set(split.values)].forEach((word, n) => {
        const rows = time.values.map((at, row) => [at, drawn[0].values[row], split.values[row]]).filter((row) => row[2] === word);
        series.push(line(say(word, s), rows, named[word] ?? palette[n % palette.length], strokes[n % strokes.length], marks[n % marks.length], drawn[0]));
      });
    } else {
      let n = 0;
      for (const column of drawn) {
        const rows = time.values.map((at, row) => [at, column.values[row]]);
        if (column.part === "reference") series.push({ ...line(column.title, rows, s.c.baseline, [6, 4], "none", column), z: 4 });
        else if (bars && column.part !== "value") {
          // Nothing estimated on a day that nobody metered is no bar: a gap is a gap.
          series.push(bar(column, rows.map(([at, value], row) => [at, value === 0 && metered?.values[row] === null ? null : value]), s));
        }
        else {
          series.push(line(column.title, rows, palette[n % palette.length], strokes[n % strokes.length], marks[n % marks.length], column));
          n += 1;
        }
      }
    }
    const withHour = time.unit !== "day";
    const option = {
      ...frame(s), legend: legend(s), series, xAxis: timeAxis(s),
      yAxis: { ...valueAxis(drawn[0], s, ["kWh", "h", "share"].includes(drawn[0].unit)), name: unitOf(drawn[0], s) || drawn[0].title },
    };
    option.tooltip.trigger = "axis";
    option.tooltip.formatter = (points) => {
      const shown = points.filter((point) => point.seriesType !== "custom");
      if (!shown.length) return "";
      const text = shown.map((point) => `${point.seriesName}: ${figure(point.value[1], drawn[0], s)}`);
      if (lower && upper) {
        const row = time.values.indexOf(shown[0].value[0]);
        if (row >= 0 && lower.values[row] !== null) text.push(`${lower.title} – ${upper.title}: ${figure(lower.values[row], lower, s)} – ${figure(upper.values[row], upper, s)}`);
      }
      return [s.moment(shown[0].value[0], withHour), ...text].join("\n");
    };
    return option;
  }

  // A single known value between two gaps would draw no line: a mark shows it.
  function line(name, rows, colour, stroke, mark, column) {
    const alone = (n) => rows[n][1] !== null && (n === 0 || rows[n - 1][1] === null) && (n + 1 >= rows.length || rows[n + 1][1] === null);
    return {
      type: "line", name, data: rows, connectNulls: false, itemStyle: { color: colour }, lineStyle: { color: colour, width: 2, type: stroke },
      symbol: mark === "none" ? "circle" : mark, symbolSize: (_value, params) => (rows.length <= 45 && mark !== "none") || alone(params.dataIndex) ? 6 : 0,
      showAllSymbol: true, sampling: rows.length > MANY ? "lttb" : undefined, unit: column.unit,
    };
  }

  function bar(column, rows, s) {
    const estimated = column.part === "estimated";
    return {
      type: "bar", stack: "energy", name: column.title, data: rows, barMaxWidth: 24, barMinWidth: 1,
      itemStyle: { color: s.c.accent, ...(estimated ? { decal: hatch(s), opacity: 0.75 } : {}) },
    };
  }

  function scatter(columns, s) {
    const [x] = of(columns, "x");
    const drawn = columns.filter((column) => ["value", "metered", "reference"].includes(column.part));
    const look = [["circle", s.c.accent], ["emptyCircle", s.c.warmth]];
    const series = drawn.map((column, n) => {
      const rows = x.values.map((at, row) => [at, column.values[row]]).filter((row) => row[1] !== null);
      if (column.part === "reference") return line(column.title, rows.sort((a, b) => a[0] - b[0]), s.c.baseline, [6, 4], "none", column);
      const [mark, colour] = look[n % look.length];
      return { type: "scatter", name: column.title, data: rows, symbol: mark, symbolSize: 6, itemStyle: { color: colour, opacity: 0.7 }, large: rows.length > MANY };
    });
    const option = {
      ...frame(s), legend: legend(s), series,
      xAxis: { ...valueAxis(x, s, false), nameLocation: "middle", nameGap: 28, nameTextStyle: { color: s.c.muted, align: "center" } },
      yAxis: { ...valueAxis(drawn[0], s, drawn[0].unit === "kWh"), name: unitOf(drawn[0], s) },
    };
    option.grid.bottom = 24;
    option.tooltip.trigger = "item";
    option.tooltip.formatter = (point) => `${point.seriesName}: ${figure(point.value[1], drawn[0], s)}\n${x.title}: ${figure(point.value[0], x, s)}`;
    return option;
  }

  function bars(columns, s) {
    const [category] = of(columns, "category");
    const drawn = columns.filter((column) => ["value", "metered"].includes(column.part));
    const also = columns.filter((column) => column.part === "text");
    const looks = [{ color: s.c.accent }, { color: s.c.warmth, decal: hatch(s) }];
    const option = {
      ...frame(s), series: drawn.map((column, n) => ({
        type: "bar", name: column.title, data: column.values, barMaxWidth: 24, itemStyle: looks[n % looks.length],
        label: { show: drawn.length === 1, position: "right", color: s.c.ink, formatter: (point) => figure(point.value, column, s) },
      })),
      yAxis: { type: "category", inverse: true, data: category.values.map((value) => label(category, value, s)), ...lines(s), axisTick: { show: false }, axisLabel: { color: s.c.ink, width: 160, overflow: "truncate" } },
      xAxis: { ...valueAxis(drawn[0], s, true), name: "", axisLabel: { color: s.c.muted, hideOverlap: true, formatter: (value) => s.number(value, 0) } },
    };
    if (drawn.length > 1) option.legend = legend(s);
    else option.grid.top = 8;
    option.grid.right = 64;
    option.tooltip.trigger = "axis";
    option.tooltip.axisPointer = { type: "shadow" };
    option.tooltip.formatter = (points) => [
      points[0].name, ...points.map((point, n) => `${point.seriesName}: ${figure(point.value, drawn[n] ?? drawn[0], s)}`),
      ...also.map((column) => `${column.title}: ${figure(column.values[points[0].dataIndex], column, s)}`),
    ].join("\n");
    return option;
  }

  // Days across, one row for each thing; a cell that is not there was not known.
  function cells(columns, s) {
    const [time] = of(columns, "time");
    const [category] = of(columns, "category");
    const [value] = of(columns, "value");
    const known = [...new Set(time.values)].sort((a, b) => a - b);
    const days = [];
    const step = 86_400_000;
    for (let at = known[0]; at <= known[known.length - 1]; at += step) days.push(at);
    const place = (at) => Math.round((at - known[0]) / step);
    const names = [...new Set(category.values)];
    const data = time.values.map((at, n) => [place(at), names.indexOf(category.values[n]), value.values[n]]);
    const option = {
      ...frame(s),
      xAxis: { type: "category", data: days.map((at) => s.day(at)), ...lines(s), splitArea: { show: false }, splitLine: { show: false }, axisTick: { show: false } },
      yAxis: { type: "category", inverse: true, data: names.map((name) => name || "–"), ...lines(s), axisTick: { show: false }, splitLine: { show: false }, axisLabel: { color: s.c.ink, width: 140, overflow: "truncate" } },
    };
    option.tooltip.trigger = "item";
    return { option, data, days, names, value };
  }

  function heatMap(columns, s) {
    const { option, data, days, names, value } = cells(columns, s);
    const greatest = value.unit === "share" ? 100 : value.unit === "h" ? 24 : Math.max(...data.map((row) => row[2] ?? 0));
    option.visualMap = {
      min: 0, max: greatest, dimension: 2, calculable: false, orient: "horizontal", right: 0, top: 0, itemHeight: 100, itemWidth: 10, textStyle: { color: s.c.muted },
      text: [figure(greatest, value, s), figure(0, value, s)], inRange: { color: [s.c.soft, s.c.accent] },
    };
    option.series = [{ type: "heatmap", name: value.title, data: data.filter((row) => row[2] !== null), itemStyle: { borderColor: s.c.paper, borderWidth: 1 }, emphasis: { itemStyle: { borderColor: s.c.ink } } }];
    option.tooltip.formatter = (point) => `${s.moment(days[point.value[0]], false)}\n${names[point.value[1]] || "–"}: ${figure(point.value[2], value, s)}`;
    return option;
  }

  function stateTimeline(columns, s) {
    const { option, data, days, names } = cells(columns, s);
    const looks = { metered: { fill: s.c.accent }, "partly estimated": { fill: s.c.accent, decal: hatch(s) }, "nothing heard": { fill: s.c.paper, stroke: s.c.baseline } };
    const words = [...new Set(data.map((row) => row[2]))];
    option.legend = { ...legend(s), data: words.map((word) => say(word, s)), selectedMode: false };
    option.series = words.map((word) => ({
      type: "custom", name: say(word, s), encode: { x: 0, y: 1 }, data: data.filter((row) => row[2] === word),
      itemStyle: { color: looks[word]?.fill ?? s.c.muted, decal: looks[word]?.decal, borderColor: looks[word]?.stroke ?? s.c.paper, borderWidth: 1 },
      renderItem(_params, api) {
        const [width, height] = api.size([1, 1]);
        const [x, y] = api.coord([api.value(0), api.value(1)]);
        return { type: "rect", shape: { x: x - width / 2, y: y - Math.min(height, 48) / 2, width, height: Math.min(height, 48) }, style: { ...api.style(), fill: looks[word]?.fill ?? s.c.muted, stroke: looks[word]?.stroke ?? s.c.paper, decal: looks[word]?.decal } };
      },
    }));
    option.tooltip.formatter = (point) => `${s.moment(days[point.value[0]], false)}\n${names[point.value[1]]}: ${say(point.value[2], s)}`;
    return option;
  }

  // Each a saving with its band; one that touches zero is grey and hollow.
  function dotBands(columns, s) {
    const [name] = of(columns, "category");
    const [value] = of(columns, "value");
    const [lower] = of(columns, "lower");
    const [upper] = of(columns, "upper");
    const data = value.values.map((at, n) => [at, n, lower.values[n], upper.values[n]]);
    const sure = (n) => lower.values[n] > 0 || upper.values[n] < 0;
    const option = {
      ...frame(s),
      xAxis: { ...valueAxis(value, s, true), nameLocation: "middle", nameGap: 28, nameTextStyle: { color: s.c.muted, align: "center" } },
      yAxis: { type: "category", inverse: true, data: name.values, ...lines(s), axisTick: { show: false }, splitLine: { show: false }, axisLabel: { color: s.c.ink, interval: 0, width: 180, overflow: "truncate" } },
      series: [{
        type: "custom", name: value.title, data, encode: { x: [0, 2, 3], y: 1 },
        renderItem(_params, api) {
          const n = api.value(1);
          const [x, y] = api.coord([api.value(0), n]);
          const colour = sure(n) ? s.c.accent : s.c.baseline;
          const bar = Number.isFinite(api.value(2)) && Number.isFinite(api.value(3))
            ? [{ type: "line", shape: { x1: api.coord([api.value(2), n])[0], y1: y, x2: api.coord([api.value(3), n])[0], y2: y }, style: { stroke: colour, lineWidth: 2 } }] : [];
          return { type: "group", children: [...bar, { type: "circle", shape: { cx: x, cy: y, r: 5 }, style: { fill: sure(n) ? colour : s.c.paper, stroke: colour, lineWidth: 2 } }] };
        },
        markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: s.c.ink, type: "solid" }, data: [{ xAxis: 0 }] },
      }],
    };
    option.grid.top = 8;
    option.grid.bottom = 24;
    option.tooltip.trigger = "item";
    option.tooltip.formatter = (point) => {
      const n = point.dataIndex;
      return `${name.values[n]}\n${value.title}: ${figure(value.values[n], value, s)}\n${figure(lower.values[n], lower, s)} – ${figure(upper.values[n], upper, s)}`;
    };
    return option;
  }

  const KINDS = { "time-series": timeSeries, scatter, bar: bars, "heat-map": heatMap, "state-timeline": stateTimeline, "dot-bands": dotBands };

  return {
    surroundings,
    draws: (kind) => kind in KINDS,
    option: (kind, told, s) => KINDS[kind](vectors(told, s), s),
  };
})();
