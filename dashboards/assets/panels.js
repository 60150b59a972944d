// Panels of a dashboard: each is asked for when it comes into sight, drawn, or says why it is not.
"use strict";

(() => {
  const board = document.querySelector("[data-board]");
  if (!board) return;
  const say = board.dataset;
  const drawn = new Map();

  function told(panel, text, again) {
    const body = panel.querySelector("[data-body]");
    const paragraph = document.createElement("p");
    paragraph.className = "empty";
    paragraph.textContent = text;
    if (again) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = say.again;
      button.addEventListener("click", () => show(panel));
      paragraph.append(document.createElement("br"), button);
    }
    body.setAttribute("role", "group");
    body.replaceChildren(paragraph);
  }

  async function asked(address, type) {
    const answer = await fetch(address, { headers: { "HX-Request": "true", Accept: type } });
    if (answer.status === 401) location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    return answer;
  }

  async function show(panel) {
    // Nothing moves for what comes quickly.
    const patience = setTimeout(() => { panel.querySelector("[data-said]").textContent = say.loading; }, 300);
    try {
      if (TeplosvetCharts.draws(panel.dataset.plot)) await draw(panel);
      else panel.querySelector("[data-body]").innerHTML = await (await asked(panel.dataset.table, "text/html")).text();
    } catch (error) {
      told(panel, navigator.onLine ? say.error : say.offlineText, true);
    } finally {
      clearTimeout(patience);
      panel.querySelector("[data-said]").textContent = "";
      panel.dataset.shown = "yes";
    }
  }

  async function draw(panel) {
    const answer = await (await asked(panel.dataset.source, "application/json")).json();
    if (!answer.rows.length) {
      told(panel, say.empty, false);
      return;
    }
    drawn.get(panel)?.chart.dispose();
    const body = panel.querySelector("[data-body]");
    body.setAttribute("role", "img");
    body.replaceChildren();
    body.classList.add("drawn");
    const chart = echarts.init(body, null, { renderer: "canvas" });
    drawn.set(panel, { chart, answer });
    paint(panel);
    for (const button of panel.querySelectorAll("[data-save]")) button.hidden = false;
  }

  function optionOf(panel) {
    const body = panel.querySelector("[data-body]");
    return TeplosvetCharts.option(panel.dataset.plot, drawn.get(panel).answer, TeplosvetCharts.surroundings(board, body));
  }

  function paint(panel) {
    drawn.get(panel).chart.setOption(optionOf(panel), true);
  }

  function save(panel, kind) {
    const body = panel.querySelector("[data-body]");
    const paper = getComputedStyle(body).getPropertyValue("--paper").trim();
    const link = document.createElement("a");
    link.download = `${panel.dataset.panel}.${kind}`;
    let address;
    if (kind === "png") {
      address = drawn.get(panel).chart.getDataURL({ pixelRatio: 2, backgroundColor: paper });
    } else {
      const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width: body.clientWidth, height: body.clientHeight });
      chart.setOption({ ...optionOf(panel), backgroundColor: paper });
      address = URL.createObjectURL(new Blob([chart.renderToSVGString()], { type: "image/svg+xml" }));
      chart.dispose();
    }
    link.href = address;
    link.click();
    if (kind === "svg") setTimeout(() => URL.revokeObjectURL(address), 10_000);
  }

  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) {
        seen.unobserve(entry.target);
        show(entry.target);
      }
    }
  }, { rootMargin: "400px" });

  for (const panel of board.querySelectorAll("[data-panel]")) {
    seen.observe(panel);
    for (const button of panel.querySelectorAll("[data-save]")) button.addEventListener("click", () => save(panel, button.dataset.save));
  }

  let resized;
  addEventListener("resize", () => {
    clearTimeout(resized);
    resized = setTimeout(() => { for (const { chart } of drawn.values()) chart.resize(); }, 100);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { for (const panel of drawn.keys()) paint(panel); });
  addEventListener("online", () => { for (const panel of board.querySelectorAll("[data-panel]")) if (panel.querySelector("[data-body] button")) show(panel); });
})();
