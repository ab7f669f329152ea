// uPlot, loaded so that it cannot throw. Everything imports it from here.

import './begin-valid-language';
import uPlot from 'uplot';
import './end-valid-language';

export default uPlot;
