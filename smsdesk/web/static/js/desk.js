// What the queue and an open conversation do besides.

import { keepDrafts } from "./drafts.js";
import { compose } from "./composer.js";
import { measure } from "./measure.js";
import { open } from "./opening.js";
import { read } from "./reading.js";

open();
keepDrafts();
measure();
compose();
read();
