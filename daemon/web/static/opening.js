/* Settings, better with a script: what a recurrence says follows what is typed. Every
   page is whole without it. */
"use strict";
(function () {
})();
