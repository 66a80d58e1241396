<form action="/boaform/formPing" method=POST>
