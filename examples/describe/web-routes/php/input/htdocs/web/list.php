<?php
$n = 1;
echo shell_exec("uptime");
