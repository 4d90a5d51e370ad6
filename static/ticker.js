/** The widget: `<script type="module" src="…/ticker.js">`, then `<breaking-ticker edition="en">`. */
import "./static/ticker/define.js";
