// What every signed-in page does.

import { tick } from "./clocks.js";
import { keepFresh } from "./fragments.js";
import { hearKeys } from "./keys.js";
import { listen } from "./live.js";
import { closeMenus, showScripted } from "./menus.js";
import { tellElsewhere } from "./notify.js";
import { tellProblems } from "./toasts.js";

showScripted();
closeMenus();
hearKeys();
tick();
keepFresh();
tellProblems();
tellElsewhere();
listen();
