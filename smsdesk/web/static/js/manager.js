// The manager's page: what time alone changes (due soon, late, the day's bars) is fetched anew now and then.

import { fetchAnew } from "./fragments.js";

const ANEW = 20_000;

setInterval(() => document.hidden || fetchAnew(document.getElementById("right-now")), ANEW);
