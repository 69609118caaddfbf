// Applies the chosen theme before the first paint; loaded as a small blocking script of its own.

import { loadTheme } from "./parts/theme.ts";

loadTheme();
