/** Vue on a page that a server rendered. */
import { createSSRApp, h, shallowRef } from "vue";

const props = shallowRef({});
const app = createSSRApp({ render: () => h("breaking-ticker", { edition: "en", ...props.value }) });
app.mount("#root");

window.show = (given) => (props.value = given);
window.leave = () => app.unmount();
