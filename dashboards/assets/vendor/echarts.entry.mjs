import * as echarts from "echarts/core";
import { LineChart, BarChart, ScatterChart, HeatmapChart, CustomChart } from "echarts/charts";
import { GridComponent, TooltipComponent, LegendComponent, VisualMapComponent, MarkLineComponent, DataZoomInsideComponent, AriaComponent } from "echarts/components";
import { CanvasRenderer, SVGRenderer } from "echarts/renderers";
echarts.use([LineChart, BarChart, ScatterChart, HeatmapChart, CustomChart, GridComponent, TooltipComponent, LegendComponent, VisualMapComponent, MarkLineComponent, DataZoomInsideComponent, AriaComponent, CanvasRenderer, SVGRenderer]);
window.echarts = echarts;
