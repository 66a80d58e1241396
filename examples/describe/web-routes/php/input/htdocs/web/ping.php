<?php
$host = $_GET["host"];
$line = "ping -c 1 " . $host;
system($line);
